import Foundation
import Images
import TestKit
import Testing

/// `vision train` and `vision evaluate` as a user runs them, on pictures of three colours.
@Suite struct TrainTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Self.writePictures(to: folder, "cells")
    }

    static let labels = ["blue", "green", "red"]

    /// A folder for each colour, with pictures whose brightness differs.
    static func writePictures(to folder: TemporaryFolder, _ name: String, count: Int = 14) throws {
        for (channel, label) in [2, 1, 0].enumerated().map({ ($0.element, labels[$0.offset]) }) {
            try FileManager.default.createDirectory(
                atPath: folder.path("\(name)/\(label)"), withIntermediateDirectories: true)
            for number in 0..<count {
                var color: [UInt8] = [30, 30, 30]
                color[channel] = UInt8(120 + 9 * number)
                var bitmap = Bitmap(width: 12, height: 10, filledWith: color)
                for index in stride(from: 0, to: bitmap.bytes.count, by: 7) { bitmap.bytes[index] = UInt8(index % 60) }
                try PNGWriter.write(bitmap, to: folder.path("\(name)/\(label)/\(number).png"))
            }
        }
    }

    /// A small training of few steps, with a checkpoint every few of them.
    static let small = [
        "--data", "cells", "--preset", "small", "--size", "8", "--batch-size", "6", "--evaluate-every", "10",
        "--save-every", "4", "--learning-rate", "0.05", "--average", "0.9", "--validation-share", "0.2",
        "--dropout", "0.1",
    ]

    private func vision(_ arguments: [String]) throws -> ProgramRun {
        try ProgramRun("vision", arguments, in: folder.url, timeLimit: 300)
    }

    private func weights(_ run: String) throws -> [UInt8] { try folder.bytes("\(run)/last/model.safetensors") }

    private struct Report: Decodable {
        struct Figure: Decodable {
            let name: String
            let value: Double?
        }
        struct Classes: Decodable {
            struct Confusion: Decodable {
                let labels: [String]
                let counts: [[Int]]
            }
            let confusion: Confusion
        }
        let figures: [Figure]
        let classes: Classes
    }

    @Test func trainsAndTheRunIsAModel() throws {
        let run = try vision(["train"] + Self.small + ["--max-steps", "40", "--output", "run"])
        #expect(run.status == 0 && run.output == "", "\(run.errors)")
        for text in ["33 pictures of 3 classes to learn from, 9 for validation", "accuracy", "done after 40 steps"] {
            #expect(run.errors.contains(text), "\(run.errors)")
        }
        for name in ["curve.png", "metrics.csv", "best/config.json", "first-batch.png"] {
            #expect(folder.exists("run/\(name)"), "\(name)")
        }
        #expect(try folder.contents(of: "run/metrics.csv").hasPrefix("step,loss,"))
        #expect(try folder.contents(of: "run/metrics.csv").split(separator: "\n")[0].hasSuffix(",accuracy"))
        // What the run says about itself repeats it.
        let again = try vision(["train", "--config", "run/run.json", "--output", "again"])
        #expect(again.status == 0, "\(again.errors)")
        #expect(try weights("again") == weights("run"))

        let classified = try vision(["classify", "--model", "run", "cells/red/3.png", "-k", "1"])
        #expect(classified.status == 0 && classified.output.contains("red"), "\(classified.output)\(classified.errors)")
        let evaluated = try vision([
            "evaluate", "cells", "--model", "run", "--output", "report.json", "--confusion", "confusion.png",
        ])
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        for text in ["accuracy: ", "macro f1: ", "expected calibration error: ", "precision %", "over 42 items"] {
            #expect(evaluated.output.contains(text), "\(evaluated.output)")
        }
        let report = try JSONDecoder().decode(Report.self, from: Data(folder.bytes("report.json")))
        #expect(report.figures.map(\.name) == ["accuracy", "macro_f1", "expected_calibration_error"])
        #expect(report.figures[0].value ?? 0 > 0.9)
        #expect(report.classes.confusion.labels == Self.labels)
        #expect(report.classes.confusion.counts.flatMap(\.self).reduce(0, +) == 42)
        let chart = try ImageReader().read(folder.path("confusion.png"))
        #expect(chart.width > 200 && chart.height > 200)
    }

    @Test func picturesMayBeMixed() throws {
        let mixed = ["--augment", "strong", "--mix", "mixup", "--mix-strength", "0.5", "--max-steps", "20"]
        var run = try vision(["train"] + Self.small + mixed + ["--output", "run"])
        #expect(run.status == 0 && folder.exists("run/first-batch.png"), "\(run.errors)")
        // What the run says about itself repeats it.
        run = try vision(["train", "--config", "run/run.json", "--output", "again"])
        #expect(try run.status == 0 && weights("again") == weights("run"), "\(run.errors)")
        run = try vision(["train"] + Self.small + ["--mix-strength", "0.5", "--output", "other"])
        #expect(run.status == 64 && run.errors.contains("--mix mixup"), "\(run.errors)")
    }

    @Test func aTrialWritesNothing() throws {
        let run = try vision(["train"] + Self.small + ["--max-steps", "10", "--dry-run"])
        #expect(run.status == 0, "\(run.errors)")
        for word in ["parameters: ", "loss: ", "pictures: 6 a step", "memory: "] {
            #expect(run.output.contains(word), "\(run.output)")
        }
        #expect(try folder.names == ["cells"])
    }

    /// Killed at random moments and resumed each time, with another number of threads, the run ends with the bits of one
    /// that nobody disturbed: weights, averages, running statistics, random changes to pictures.
    @Test(.timeLimit(.minutes(10))) func killedAndResumedItEndsWithTheSameBits() throws {
        let arguments = ["train"] + Self.small + ["--max-steps", "60"]
        var run = try vision(arguments + ["--threads", "1", "--output", "one"])
        #expect(run.status == 0, "\(run.errors)")
        let kills = try folder.train(
            arguments, with: "vision", in: "killed", threads: 2, steps: 60, killed: 5)
        #expect(kills >= 2)
        run = try vision(["train", "--resume", "killed", "--threads", "2"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try weights("killed") == weights("one"))
        #expect(try folder.contents(of: "killed/metrics.jsonl") == folder.contents(of: "one/metrics.jsonl"))
    }

    @Test func aBadPictureIsNamedAndMayBeLeftOut() throws {
        try folder.write("no picture", to: "cells/red/bad.png")
        let arguments = ["train"] + Self.small + ["--max-steps", "2", "--evaluate-every", "2"]
        let strict = try vision(arguments + ["--output", "strict"])
        #expect(strict.status == 1)
        #expect(strict.errors.contains("cells/red/bad.png") && strict.errors.contains("--skip-bad"), "\(strict.errors)")
        #expect(!folder.exists("strict"))
        let lenient = try vision(arguments + ["--skip-bad", "1", "--output", "lenient"])
        #expect(lenient.status == 0 && lenient.errors.contains("left out: "), "\(lenient.errors)")
        let evaluated = try vision(["evaluate", "cells", "--model", "lenient"])
        #expect(evaluated.status == 1 && evaluated.output.contains("failed items: 1 of 43"), "\(evaluated.output)")
    }

    @Test func classesMayComeEquallyOften() throws {
        for number in 3..<14 { try FileManager.default.removeItem(atPath: folder.path("cells/red/\(number).png")) }
        let arguments = ["train"] + Self.small + ["--max-steps", "2", "--evaluate-every", "2"]
        let plain = try vision(arguments + ["--output", "plain"])
        #expect(plain.errors.contains("blue 11, green 11, red 2"), "\(plain.errors)")
        let balanced = try vision(arguments + ["--balance", "--output", "balanced"])
        #expect(balanced.status == 0, "\(balanced.errors)")
        #expect(try weights("balanced") != weights("plain"))
    }

    @Test func aPretrainedNetworkLearnsOtherClasses() throws {
        let model = Repository.file("Tests/Fixtures/vision/resnet-small").path
        let arguments = [
            "train", "--data", "cells", "--model", model, "--batch-size", "6", "--max-steps", "4", "--evaluate-every",
            "4",
        ]
        let run = try vision(arguments + ["--freeze", "stem,stage1", "--output", "tuned"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("the last layer is new: it told 5 classes apart, and now 3"), "\(run.errors)")
        let classified = try vision(["classify", "--model", "tuned", "cells/red/3.png", "--format", "json"])
        #expect(classified.status == 0 && classified.output.contains("\"green\""), "\(classified.errors)")
        let wrong = try vision(arguments + ["--freeze", "roof", "--output", "other"])
        #expect(wrong.status == 1 && wrong.errors.contains("its stages are backbone, stem, stage1"), "\(wrong.errors)")
    }

    @Test func whatIsMissingIsTold() throws {
        let cases: [([String], String)] = [
            (["train", "--output", "x"], "--data is missing"), (["train", "--data", "cells"], "--output is missing"),
            (["train", "--data", "nowhere", "--output", "x"], "nowhere"),
            (["train", "--data", "cells/red", "--output", "x"], "holds no pictures to learn from"),
            (["train", "--data", "cells", "--preset", "huge", "--output", "x"], "known are small"),
            (["train", "--data", "cells", "--freeze", "stem", "--output", "x"], "--model"),
            (
                ["evaluate", "cells", "--model", Repository.file("Tests/Fixtures/vision/vit").path],
                "not among the classes"
            ),
            (
                ["evaluate", "cells", "--split", "test", "--model", Repository.file("Tests/Fixtures/vision/vit").path],
                "not among the classes"
            ),
        ]
        for (arguments, text) in cases {
            let run = try vision(arguments)
            #expect(run.status != 0 && run.errors.contains(text), "\(arguments): \(run.errors)")
        }
        #expect(!folder.exists("x"))
    }
}
