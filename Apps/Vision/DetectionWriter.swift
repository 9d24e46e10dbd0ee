import ArgumentParser
import CommandLineKit
import Foundation
import Geometry
import VisionModels

enum DetectionFormat: String, ExpressibleByArgument, CaseIterable { case text, json, csv, coco, yolo }

/// Writes what was found as text, JSON or a table, picture after picture.
final class DetectionWriter: AnswerReceiver {
    enum Form { case text, json, csv }

    private let form: Form
    private let isSingle: Bool
    private let stream: ResultStream
    private var count = 0

    /// - Parameter isSingle: whether there is but one picture, which then needs no name in a text.
    init(_ form: Form, to stream: ResultStream, isSingle: Bool) {
        self.form = form
        self.isSingle = isSingle
        self.stream = stream
    }

    func begin() throws {
        switch form {
        case .text: break
        case .json: try stream.write("[")
        case .csv:
            try stream.write(
                DelimitedForm.commas.row(["file", "label", "class", "confidence", "x", "y", "width", "height"]))
        }
    }

    func receive(_ answer: DetectionAnswer) throws {
        let name = answer.input.displayName
        let isFirst = count == 0
        count += 1
        switch form {
        case .text:
            if !isSingle { try stream.write("\(isFirst ? "" : "\n")\(name)\n") }
            let indent = isSingle ? "" : "  "
            if answer.objects.isEmpty { try stream.write("\(indent)nothing found\n") }
            for object in answer.objects {
                let box = object.box
                let place = String(
                    format: "%.0f x %.0f at %.0f, %.0f", box.width, box.height, box.x, box.y)
                let percent = String(format: "%5.1f %%", 100 * object.confidence)
                try stream.write("\(indent)\(percent)  \(object.label)  \(place)\n")
            }
        case .json:
            try stream.write((isFirst ? "\n" : ",\n") + lineOfJSON(Picture(answer)))
        case .csv:
            for object in answer.objects {
                try stream.write(
                    DelimitedForm.commas.row(
                        [name, object.label, "\(object.classIndex)", String(format: "%.6f", object.confidence)]
                            + [object.box.x, object.box.y, object.box.width, object.box.height]
                            .map { String(format: "%.2f", $0) }))
            }
        }
    }

    func finish(isWhole: Bool) throws {
        if form == .json { try stream.write("\n]\n") }
        try stream.finish(isWhole: isWhole)
    }

    private struct Picture: Encodable {
        struct Entry: Encodable {
            let label: String
            let classIndex: Int
            let confidence: Double
            /// Left, top, width, height.
            let box: [Double]

            enum CodingKeys: String, CodingKey {
                case label
                case classIndex = "class"
                case confidence
                case box
            }
        }

        let file: String
        let width: Int
        let height: Int
        let objects: [Entry]

        init(_ answer: DetectionAnswer) {
            (file, width, height) = (answer.input.displayName, answer.width, answer.height)
            objects = answer.objects.map { object in
                Entry(
                    label: object.label, classIndex: object.classIndex, confidence: object.confidence.rounded(to: 6),
                    box: object.corners)
            }
        }
    }
}

extension DetectedObject {
    /// Left, top, width and height in pixels, to hundredths.
    var corners: [Double] { [box.x, box.y, box.width, box.height].map { $0.rounded(to: 2) } }
}

extension Double {
    func rounded(to places: Int) -> Double {
        let scale = pow(10, Double(places))
        return (self * scale).rounded() / scale
    }
}
