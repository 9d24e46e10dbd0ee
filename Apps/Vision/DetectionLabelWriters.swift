import CommandLineKit
import Foundation
import Geometry
import VisionModels

/// Writes what was found as COCO's annotations, with a `score` each: a data set like any other, and what COCO's measure takes.
final class COCOWriter: AnswerReceiver {
    private let stream: ResultStream
    private let labels: [String]
    private var pictures: [Picture] = []
    private var count = 0

    init(to stream: ResultStream, labels: [String]) {
        self.stream = stream
        self.labels = labels
    }

    func begin() throws { try stream.write("{\"annotations\": [") }

    func receive(_ answer: DetectionAnswer) throws {
        let picture = Picture(
            id: pictures.count + 1, fileName: answer.input.displayName, width: answer.width, height: answer.height)
        pictures.append(picture)
        for object in answer.objects {
            count += 1
            // Ids begin with 1: the measure takes 0 for "nothing".
            let annotation = Annotation(
                id: count, picture: picture.id, category: object.classIndex + 1, box: object.corners,
                area: object.box.area.rounded(to: 2), score: object.confidence.rounded(to: 6))
            try stream.write((count == 1 ? "\n" : ",\n") + lineOfJSON(annotation))
        }
    }

    func finish(isWhole: Bool) throws {
        try stream.write("\n],\n\"categories\": [\n")
        try stream.write(
            labels.enumerated().map { try lineOfJSON(Category(id: $0 + 1, name: $1)) }.joined(separator: ",\n"))
        try stream.write("\n],\n\"images\": [\n")
        try stream.write(pictures.map { try lineOfJSON($0) }.joined(separator: ",\n"))
        try stream.write("\n]}\n")
        try stream.finish(isWhole: isWhole)
    }

    private struct Picture: Encodable {
        let id: Int
        let fileName: String
        let width: Int
        let height: Int

        enum CodingKeys: String, CodingKey {
            case id
            case fileName = "file_name"
            case width
            case height
        }
    }

    private struct Category: Encodable {
        let id: Int
        let name: String
    }

    private struct Annotation: Encodable {
        let id: Int
        let picture: Int
        let category: Int
        let box: [Double]
        let area: Double
        let crowd = 0
        let score: Double

        enum CodingKeys: String, CodingKey {
            case id
            case picture = "image_id"
            case category = "category_id"
            case box = "bbox"
            case area
            case crowd = "iscrowd"
            case score
        }
    }
}

/// Writes what was found as labels of YOLO: a file for each picture, and `data.yaml` with the names of the classes.
final class YOLOWriter: AnswerReceiver {
    private let plan: OutputPlan
    private let folder: String
    private let labels: [String]

    init(into folder: String, _ list: InputList, labels: [String]) throws {
        self.folder = folder
        plan = try OutputPlan(for: list, output: folder + "/", fileExtensions: ["txt"])
        self.labels = labels
    }

    func receive(_ answer: DetectionAnswer) throws {
        guard case .files(let paths) = try plan.prepare(for: answer.input) else { return }
        let (width, height) = (Double(answer.width), Double(answer.height))
        let lines = answer.objects.map { object in
            let (center, box) = (object.box.center, object.box)
            let values = [center.x / width, center.y / height, box.width / width, box.height / height]
            return "\(object.classIndex) " + values.map { String(format: "%.6f", $0) }.joined(separator: " ") + "\n"
        }
        for path in paths { try ResultFile.write(lines.joined(), to: path) }
    }

    func finish(isWhole: Bool) throws {
        guard isWhole, FileManager.default.fileExists(atPath: folder) else { return }
        // A quoted text of JSON is one of YAML too.
        let names = try labels.enumerated().map { "  \($0): \(try lineOfJSON($1))\n" }
        try ResultFile.write("names:\n" + names.joined(), to: folder + "/data.yaml")
    }
}
