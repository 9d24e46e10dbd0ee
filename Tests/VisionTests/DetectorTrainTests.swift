import Foundation
import Images
import Tensors
import TestKit
import Testing

/// `vision train` on pictures with boxes, as a user runs it.
@Suite struct DetectorTrainTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Self.writePictures(to: folder, "shapes")
    }

    /// A folder with COCO's annotations: ten pictures to learn from and two to judge by, each with a red and a blue square.
    static func writePictures(to folder: TemporaryFolder, _ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("\(name)/images"), withIntermediateDirectories: true)
        var random = RandomSource(seed: 5)
        for (split, count) in [("train", 10), ("val", 2)] {
            var (images, annotations): ([[String: Any]], [[String: Any]]) = ([], [])
            for number in 0..<count {
                var bitmap = Bitmap(width: 48, height: 40, filledWith: [190, 190, 180])
                let file = "images/\(split)\(number).png"
                for (category, color) in [[200, 40, 40], [40, 40, 200]].enumerated() {
                    let side = 10 + Int(random.next() % 10)
                    let (x, y) = (24 * category + Int(random.next() % 5), Int(random.next() % 20))
                    let square = Bitmap(width: side, height: side, filledWith: color.map(UInt8.init))
                    bitmap.paste(square, x: x, y: y)
                    annotations.append([
                        "id": annotations.count + 1, "image_id": number, "category_id": category + 1,
                        "bbox": [x, y, side, side], "area": side * side, "iscrowd": 0,
                    ])
                }
                images.append(["id": number, "file_name": file, "width": 48, "height": 40])
                try PNGWriter.write(bitmap, to: folder.path("\(name)/\(file)"))
            }
            let content: [String: Any] = [
                "images": images, "annotations": annotations,
                "categories": [["id": 1, "name": "red"], ["id": 2, "name": "blue"]],
            ]
            try folder.write(try JSONSerialization.data(withJSONObject: content), to: "\(name)/\(split).json")
        }
    }

    /// A small training of few steps, with a checkpoint every few of them.
    private static let small = [
        "--data", "shapes", "--preset", "small", "--size", "48", "--batch-size", "5", "--evaluate-every", "8",
        "--save-every", "3", "--average", "0.9",
    ]

    private func vision(_ arguments: [String]) throws -> ProgramRun {
        try ProgramRun("vision", arguments, in: folder.url, timeLimit: 300)
    }

    private func weights(_ run: String) throws -> [UInt8] { try folder.bytes("\(run)/last/model.safetensors") }

    @Test func dataWithBoxesMakesADetector() throws {
        let run = try vision(["train"] + Self.small + ["--max-steps", "12", "--output", "run"])
        #expect(run.status == 0 && run.output == "", "\(run.errors)")
        for text in [
            "10 pictures with 20 boxes to learn from (red 10, blue 10), 2 pictures for validation",
            "done after 12 steps",
        ] {
            #expect(run.errors.contains(text), "\(run.errors)")
        }
        for name in ["curve.png", "best/config.json"] {
            #expect(folder.exists("run/\(name)"), "\(name)")
        }
        let batch = try ImageReader().read(folder.path("run/first-batch.png"))
        #expect(batch.width > 100)
        let detected = try vision(["detect", "--model", "run", "shapes/images/val0.png", "--format", "json"])
        #expect(detected.status == 0, "\(detected.errors)")
        let exported = try vision(["export", "run", "--type", "bfloat16", "--output", "model"])
        #expect(exported.status == 0 && folder.exists("model/model.safetensors"), "\(exported.errors)")
        // What the run says about itself repeats it; a detector is trained further.
        let again = try vision(["train", "--config", "run/run.json", "--output", "again"])
        #expect(try again.status == 0 && weights("again") == weights("run"), "\(again.errors)")
        let further = try vision([
            "train", "--data", "shapes", "--model", "model", "--size", "48", "--max-steps", "2", "--output", "further",
        ])
        #expect(further.status == 0 && further.errors.contains(", 0 of them new"), "\(further.errors)")
    }

    @Test func aClassifierBecomesADetector() throws {
        let model = Repository.file("Tests/Fixtures/vision/resnet-small").path
        let arguments = ["train", "--data", "shapes", "--model", model, "--size", "48", "--max-steps", "2"]
        let run = try vision(arguments + ["--freeze", "stem,stage1", "--any-way-up", "--output", "tuned"])
        #expect(run.status == 0, "\(run.errors)")
        let wrong = try vision(arguments + ["--freeze", "roof", "--output", "other"])
        #expect(wrong.status == 1 && wrong.errors.contains("its stages are backbone, stem, stage1"), "\(wrong.errors)")
        let transformer = Repository.file("Tests/Fixtures/vision/vit").path
        let impossible = try vision(["train", "--data", "shapes", "--model", transformer, "--output", "other"])
        #expect(
            impossible.status == 1 && impossible.errors.contains("a detector cannot stand on"), "\(impossible.errors)")
        for option in [["--balance"], ["--dropout", "0.1"], ["--mix", "mixup"]] {
            let run = try vision(arguments + option + ["--output", "other"])
            #expect(run.status == 64 && run.errors.contains("\(option[0]) is for classifiers"), "\(run.errors)")
        }
        #expect(!folder.exists("other"))
    }

    @Test func aTransformerLearnsFurther() throws {
        let model = Repository.file("Tests/Fixtures/detection/yolos").path
        let arguments = ["train", "--data", "shapes", "--model", model, "--size", "48", "--max-steps", "2"]
        let run = try vision(arguments + ["--freeze", "stem,stage1", "--output", "tuned"])
        #expect(run.status == 0 && !run.errors.contains(", 0 of them new"), "\(run.errors)")
        let detected = try vision([
            "detect", "--model", "tuned", "shapes/images/val0.png", "--format", "json", "--confidence", "0.01",
        ])
        #expect(detected.status == 0 && detected.output.contains("\"red\""), "\(detected.output)\(detected.errors)")
        let other = Repository.file("Tests/Fixtures/detection/fastestdet").path
        let impossible = try vision(["train", "--data", "shapes", "--model", other, "--output", "other"])
        #expect(impossible.status == 1 && impossible.errors.contains("is not trained here"), "\(impossible.errors)")
    }

    /// Mosaics, averages and running statistics included.
    @Test(.timeLimit(.minutes(10))) func killedAndResumedItEndsWithTheSameBits() throws {
        let arguments = ["train"] + Self.small + ["--max-steps", "24"]
        var run = try vision(arguments + ["--threads", "1", "--output", "one"])
        #expect(run.status == 0, "\(run.errors)")
        let kills = try folder.train(arguments, with: "vision", in: "killed", threads: 2, steps: 24, killed: 3)
        #expect(kills >= 1)
        run = try vision(["train", "--resume", "killed", "--threads", "2"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try weights("killed") == weights("one"))
        #expect(try folder.contents(of: "killed/metrics.jsonl") == folder.contents(of: "one/metrics.jsonl"))
    }

    @Test func aPictureThatIsNotThereIsNamed() throws {
        try FileManager.default.removeItem(atPath: folder.path("shapes/images/train3.png"))
        let run = try vision(["train"] + Self.small + ["--max-steps", "2", "--output", "run"])
        #expect(run.status == 1 && run.errors.contains("train3.png"), "\(run.errors)")
        let lenient = try vision(["train"] + Self.small + ["--max-steps", "2", "--skip-bad", "1", "--output", "run"])
        #expect(lenient.status == 0 && lenient.errors.contains("left out: "), "\(lenient.errors)")
    }
}
