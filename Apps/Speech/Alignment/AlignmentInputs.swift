import CommandLineKit
import Datasets
import Foundation

/// Recordings with the texts that they are aligned with.
struct AlignmentInputs {
    struct Item: Sendable {
        let input: Input
        let lines: [String]
        /// What messages call a line, by its number from 0.
        let place: Place
    }

    /// Where a text comes from.
    enum Place: Sendable {
        case option
        case file(String)
        /// A row of a list.
        case row(String)

        func name(line: Int) -> String {
            switch self {
            case .option: "the text"
            case .file(let path): "\(path):\(line + 1)"
            case .row(let place): place
            }
        }
    }

    let list: InputList
    /// As ``list``, with texts; or faulty rows.
    let items: [Result<Item, ManifestError>]

    init(input: String, text: String?, textFile: String?) throws {
        if text == nil, textFile == nil {
            try self.init(manifest: TranscriptManifest(path: input))
            return
        }
        let lines = try textFile.map(textLines) ?? Self.lines(of: text ?? "")
        let recording =
            input == "-"
            ? Input.piped : Input(.file(path: input), relativePath: URL(fileURLWithPath: input).lastPathComponent)
        let item = Item(input: recording, lines: lines, place: textFile.map { .file($0) } ?? .option)
        self.init(list: InputList(items: [.success(recording)], isSingle: true), items: [.success(item)])
    }

    private init(list: InputList, items: [Result<Item, ManifestError>]) {
        (self.list, self.items) = (list, items)
    }

    private init(manifest: TranscriptManifest) {
        items = manifest.recordings.map { entry in
            entry.map { recording in
                let name =
                    recording.name.hasPrefix("/") || recording.name.split(separator: "/").contains("..")
                    ? URL(fileURLWithPath: recording.name).lastPathComponent : recording.name
                return Item(
                    input: Input(.file(path: recording.path), relativePath: name),
                    lines: Self.lines(of: recording.text),
                    place: .row(recording.place ?? recording.path))
            }
        }
        list = InputList(items: items.compactMap { try? $0.get() }.map { .success($0.input) }, isSingle: false)
    }

    private static func lines(of text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    }
}
