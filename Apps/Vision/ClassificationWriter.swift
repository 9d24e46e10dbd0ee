import ArgumentParser
import CommandLineKit
import Foundation
import VisionModels

enum ClassificationFormat: String, ExpressibleByArgument, CaseIterable { case text, json, csv, tsv }

/// Writes what pictures show in one of the forms, picture after picture.
final class ClassificationWriter: AnswerReceiver {
    private let format: ClassificationFormat
    private let isSingle: Bool
    private let stream: ResultStream
    private var count = 0

    /// - Parameter isSingle: whether there is but one picture, which then needs no name in a text.
    init(_ format: ClassificationFormat, to stream: ResultStream, isSingle: Bool) {
        self.format = format
        self.isSingle = isSingle
        self.stream = stream
    }

    func begin() throws {
        let header = ["file", "rank", "label", "class", "probability"]
        switch format {
        case .text: break
        case .json: try stream.write("[")
        case .csv: try stream.write(DelimitedForm.commas.row(header))
        case .tsv: try stream.write(DelimitedForm.tabs.row(header))
        }
    }

    func receive(_ answer: PictureAnswer) throws {
        let (name, predictions) = (answer.input.displayName, answer.impression.predictions)
        let isFirst = count == 0
        count += 1
        switch format {
        case .text:
            if !isSingle { try stream.write("\(isFirst ? "" : "\n")\(name)\n") }
            let indent = isSingle ? "" : "  "
            for prediction in predictions {
                let percent = String(format: "%5.1f %%", 100 * prediction.probability)
                try stream.write("\(indent)\(percent)  \(prediction.label)\n")
            }
        case .json:
            let picture = Picture(
                file: name,
                predictions: predictions.map {
                    .init(label: $0.label, classIndex: $0.classIndex, probability: $0.probability)
                })
            try stream.write((isFirst ? "\n" : ",\n") + lineOfJSON(picture))
        case .csv: try writeRows(predictions, of: name, .commas)
        case .tsv: try writeRows(predictions, of: name, .tabs)
        }
    }

    func finish(isWhole: Bool) throws {
        if format == .json { try stream.write("\n]\n") }
        try stream.finish(isWhole: isWhole)
    }

    private func writeRows(_ predictions: [Prediction], of name: String, _ form: DelimitedForm) throws {
        for (rank, prediction) in predictions.enumerated() {
            try stream.write(
                form.row([
                    name, "\(rank + 1)", prediction.label, "\(prediction.classIndex)",
                    String(format: "%.6f", prediction.probability),
                ]))
        }
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
