import ArgumentParser
import CommandLineKit
import Foundation
import VisionModels

enum ClassificationFormat: String, ExpressibleByArgument, CaseIterable { case text, json, csv, tsv }

/// Writes what pictures show in one of the forms, picture after picture, on standard output or into a file.
final class ClassificationWriter {
    private let format: ClassificationFormat
    private let isSingle: Bool
    private let console: Console
    private let file: ResultFileWriter?
    private var count = 0

    /// - Parameter isSingle: whether there is but one picture, which then needs no name in a text.
    init(_ format: ClassificationFormat, to path: String?, isSingle: Bool, _ console: Console) throws {
        self.format = format
        self.isSingle = isSingle
        self.console = console
        file = try path.map { try ResultFileWriter($0) }
    }

    /// To be called before the first picture.
    func begin() throws {
        switch format {
        case .text: break
        case .json: try write("[")
        case .csv: try write(Self.header.joined(separator: ",") + "\n")
        case .tsv: try write(Self.header.joined(separator: "\t") + "\n")
        }
    }

    func write(_ predictions: [Prediction], of name: String) throws {
        let isFirst = count == 0
        count += 1
        switch format {
        case .text:
            if !isSingle { try write("\(isFirst ? "" : "\n")\(name)\n") }
            let indent = isSingle ? "" : "  "
            for prediction in predictions {
                let percent = String(format: "%5.1f %%", 100 * prediction.probability)
                try write("\(indent)\(percent)  \(prediction.label)\n")
            }
        case .json:
            let picture = Picture(
                file: name,
                predictions: predictions.map {
                    .init(label: $0.label, classIndex: $0.classIndex, probability: $0.probability)
                })
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try write((isFirst ? "\n" : ",\n") + String(decoding: try encoder.encode(picture), as: UTF8.self))
        case .csv: try writeRows(predictions, of: name, separator: ",") { Self.quoted($0) }
        case .tsv: try writeRows(predictions, of: name, separator: "\t") { Self.plain($0) }
        }
    }

    /// To be called behind the last picture.
    ///
    /// - Parameter keepsResult: whether a file gets its name; else there is none.
    func finish(keepsResult: Bool) throws {
        if format == .json { try write("\n]\n") }
        if keepsResult { try file?.finish() }
    }

    private static let header = ["file", "rank", "label", "class", "probability"]

    private func writeRows(
        _ predictions: [Prediction], of name: String, separator: String, _ text: (String) -> String
    ) throws {
        for (rank, prediction) in predictions.enumerated() {
            let fields = [
                text(name), "\(rank + 1)", text(prediction.label), "\(prediction.classIndex)",
                String(format: "%.6f", prediction.probability),
            ]
            try write(fields.joined(separator: separator) + "\n")
        }
    }

    private func write(_ text: String) throws {
        if let file { try file.write(text) } else { try console.write(text) }
    }

    /// RFC 4180, section 2.
    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    /// A field cannot hold what separates fields and rows.
    private static func plain(_ text: String) -> String {
        String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 })
    }

    private struct Picture: Encodable {
        struct Entry: Encodable {
            let label: String
            let classIndex: Int
            let probability: Double

            enum CodingKeys: String, CodingKey {
                case label
                case classIndex = "class"
                case probability
            }
        }

        let file: String
        let predictions: [Entry]
    }
}
