import CommandLineKit
import Foundation
import VisionModels

/// Puts each picture into the folder of its most probable class. It comes after all that is written of a picture, so that
/// none is gone of which nothing is known.
final class PictureSorter: AnswerReceiver {
    private let folder: String
    private let folders: ClassFolders
    private let placement: FilePlacement
    private let isRehearsal: Bool
    private let console: Console
    private var placer: FilePlacer
    private var counts: [String: Int] = [:]
    private var unchangedCount = 0

    init(
        into folder: String, _ folders: ClassFolders, by placement: FilePlacement, isRehearsal: Bool, _ console: Console
    ) {
        var folder = folder[...]
        while folder.count > 1, folder.last == "/" { folder.removeLast() }
        self.folder = String(folder)
        self.folders = folders
        self.placement = placement
        self.isRehearsal = isRehearsal
        self.console = console
        placer = FilePlacer(by: placement, isRehearsal: isRehearsal)
    }

    func receive(_ answer: PictureAnswer) throws {
        guard case .file(let path) = answer.input.source else {
            preconditionFailure("the command line allows files only")
        }
        let name = folders.name(for: answer.impression.predictions.first)
        let target = try placer.place(
            path, in: "\(folder)/\(name)", as: URL(fileURLWithPath: path).lastPathComponent)
        guard target.isNew else {
            unchangedCount += 1
            return console.detail("\(path): already in \(target.path)")
        }
        counts[name, default: 0] += 1
        if isRehearsal {
            console.note("would \(placement.verb) \(path) to \(target.path)")
        } else {
            console.detail("\(placement.participle) \(path) to \(target.path)")
        }
    }

    func finish(isWhole: Bool) throws {
        let count = counts.values.reduce(0, +)
        var parts: [String] = []
        if count > 0 {
            let ranking = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            var list = ranking.prefix(Self.listedCount).map { "\($0.value) \($0.key)" }
            if ranking.count > list.count { list.append("\(ranking.count - list.count) more folders") }
            let verb = isRehearsal ? "would \(placement.verb)" : placement.participle
            parts.append(
                "\(verb) \(count) \(count == 1 ? "picture" : "pictures") into \(folder): "
                    + list.joined(separator: ", "))
        }
        if unchangedCount > 0 { parts.append("\(unchangedCount) already in \(count > 0 ? "place" : folder)") }
        if !parts.isEmpty { console.note(parts.joined(separator: "; ")) }
    }

    private static let listedCount = 8
}

extension FilePlacement {
    fileprivate var verb: String { rawValue }

    fileprivate var participle: String {
        switch self {
        case .copy: "copied"
        case .move: "moved"
        case .link: "linked"
        }
    }
}
