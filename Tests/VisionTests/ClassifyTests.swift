import Foundation
import Images
import TestKit
import Testing

/// `vision classify`, run as a program with a small model of random weights.
@Suite struct ClassifyTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, shade) in [("dark.png", 10), ("middle.png", 128), ("light.png", 240)] as [(String, UInt8)] {
            try FileManager.default.createDirectory(
                at: folder.url.appendingPathComponent("pictures"), withIntermediateDirectories: true)
            try PNGWriter.write(TestPictures.bitmap(shade: shade), to: folder.path("pictures/\(name)"))
        }
    }

    private func classify(_ arguments: String..., model: String = "vit", input: Data? = nil) throws -> ProgramRun {
        let model = Repository.file("Tests/Fixtures/vision/\(model)").path
        return try ProgramRun("vision", ["classify", "--model", model] + arguments, input: input, in: folder.url)
    }

    private struct Picture: Decodable {
        struct Entry: Decodable {
            let label: String
            let `class`: Int
            let probability: Double
        }
        let file: String
        let predictions: [Entry]
    }

    private func pictures(_ run: ProgramRun) throws -> [Picture] {
        try JSONDecoder().decode([Picture].self, from: Data(run.output.utf8))
    }

    private let labels = ["cat", "dog", "house", "tree", "boat"]

    @Test(arguments: ["vit", "resnet-basic", "resnet-bottleneck", "resnet-small"])
    func everyArchitectureClassifies(model: String) throws {
        let run = try classify("pictures", "--format", "json", model: model)
        #expect(run.status == 0, "\(run.errors)")
        let pictures = try pictures(run)
        #expect(pictures.map(\.file) == ["pictures/dark.png", "pictures/light.png", "pictures/middle.png"])
        for picture in pictures {
            let sum = picture.predictions.reduce(0) { $0 + $1.probability }
            #expect(abs(sum - 1) < 1e-6)
            #expect(Set(picture.predictions.map(\.label)) == Set(labels))
            #expect(picture.predictions.map(\.probability) == picture.predictions.map(\.probability).sorted(by: >))
            for entry in picture.predictions { #expect(labels[entry.class] == entry.label) }
        }
    }

    @Test func batchesAndPipesGiveTheSame() throws {
        let together = try pictures(try classify("pictures", "--format", "json"))
        let single = try pictures(try classify("pictures", "--format", "json", "--batch-size", "1"))
        let bytes = try Data(contentsOf: folder.url.appendingPathComponent("pictures/dark.png"))
        let piped = try pictures(try classify("-", "--format", "json", input: bytes))
        for (a, b) in zip(together + [together[0]], single + piped) {
            for (x, y) in zip(a.predictions, b.predictions) {
                #expect(x.class == y.class && abs(x.probability - y.probability) < 1e-5)
            }
        }
        #expect(piped.map(\.file) == ["standard input"])
    }

    @Test func formsOfTheResult() throws {
        let text = try classify("pictures/dark.png", "--top-k", "2")
        #expect(text.status == 0 && text.errors.isEmpty, "\(text.errors)")
        let lines = text.output.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains(" %  ") })
        let several = try classify("pictures", "-k", "1")
        #expect(several.output.components(separatedBy: "\n\n").count == 3)
        #expect(several.output.hasPrefix("pictures/dark.png\n  "))
        try FileManager.default.moveItem(atPath: folder.path("pictures/dark.png"), toPath: folder.path("a,\"b\".png"))
        let csv = try classify("a,\"b\".png", "--format", "csv", "-k", "1")
        #expect(csv.output.hasPrefix("file,rank,label,class,probability\n\"a,\"\"b\"\".png\",1,"))
        let tsv = try classify("pictures", "--format", "tsv", "--output", "names.tsv")
        #expect(tsv.status == 0 && tsv.output.isEmpty)
        let rows = try folder.contents(of: "names.tsv").split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(rows.count == 1 + 2 * 5 && rows.allSatisfy { $0.count == 5 })
        #expect(rows[0].map(String.init) == ["file", "rank", "label", "class", "probability"])
        let none = try classify("pictures", "--format", "json", "--threshold", "1")
        #expect(try pictures(none).allSatisfy(\.predictions.isEmpty))
    }

    @Test func oneBadInputDoesNotStopTheOthers() throws {
        try folder.write("this is no picture", to: "pictures/text.png")
        let whole = try folder.bytes("pictures/dark.png")
        try folder.write(whole.prefix(whole.count / 2), to: "pictures/cut.png")
        let run = try classify("pictures", "gone.png", "--format", "json")
        #expect(run.status == 1)
        #expect(try pictures(run).map(\.file) == ["pictures/dark.png", "pictures/light.png", "pictures/middle.png"])
        let lines = run.errors.split(separator: "\n")
        for name in ["pictures/text.png", "pictures/cut.png", "gone.png"] {
            #expect(lines.filter { $0.contains(name) }.count == 1, "\(run.errors)")
        }
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("empty"), withIntermediateDirectories: true)
        let empty = try classify("empty")
        #expect(empty.status == 1 && empty.errors.split(separator: "\n").count == 1, "\(empty.errors)")
    }

    @Test func wrongUseIsRefused() throws {
        for arguments in [
            [], ["a.png", "--top-k", "0"], ["a.png", "--threshold", "1.5"], ["a.png", "--format", "xml"],
            ["a.png", "--batch-size", "0"], ["a.png", "--output", ""],
        ] {
            #expect(try ProgramRun("vision", ["classify"] + arguments, in: folder.url).status == 64, "\(arguments)")
        }
        let missing = try ProgramRun("vision", ["classify", "pictures", "--model", "gone"], in: folder.url)
        #expect(missing.status == 1 && missing.errors.split(separator: "\n").count == 1)
        let text = Repository.file("Tests/Fixtures/llama/plain").path
        let other = try ProgramRun("vision", ["classify", "pictures", "--model", text], in: folder.url)
        #expect(other.status == 1 && other.errors.contains("LlamaForCausalLM"), "\(other.errors)")
    }

    @Test func inspectTellsTheArchitecture() throws {
        let model = Repository.file("Tests/Fixtures/vision/vit").path
        let run = try ProgramRun("vision", ["inspect", model], in: folder.url)
        #expect(run.status == 0 && run.output.contains("ViTForImageClassification\n"), "\(run.output)")
    }

    /// A file that may be a model is no name of one, whichever ending it has.
    @Test(arguments: ["pth", "pt", "bin", "ckpt"])
    func filesOfWeightsAreInspected(ending: String) throws {
        let source = Repository.file("Tests/Fixtures/pytorch/small.zip.pth")
        let copy = folder.url.appendingPathComponent("weights.\(ending)")
        try FileManager.default.copyItem(at: source, to: copy)
        let run = try ProgramRun("vision", ["inspect", copy.path], in: folder.url)
        #expect(run.status == 0 && run.output.contains("PyTorch"), "\(run.output) \(run.errors)")
    }

    /// The photographs of `scikit-image` and `scikit-learn`, and what the original code makes of them.
    @Test(
        .needsModel("efficientnet-lite0"),
        .enabled(if: photographs != nil, "TRIPTYCH_DATA leads to no folder 'photos'"))
    func photographsAreRecognised() throws {
        let expected: [String: [(Int, Double)]] = [
            "chelsea.png": [(282, 0.3851), (285, 0.3627), (281, 0.1672), (287, 0.017), (904, 0.0014)],
            "coffee.png": [(967, 0.9511), (968, 0.015), (925, 0.0078), (960, 0.004), (504, 0.0034)],
            "motorcycle_left.png": [(665, 0.5327), (670, 0.1347), (535, 0.064), (518, 0.0458), (671, 0.0086)],
            "china.png": [(698, 0.3596), (442, 0.1409), (663, 0.0822), (975, 0.0453), (483, 0.0446)],
            "flower.png": [(985, 0.3268), (947, 0.0483), (309, 0.0476), (108, 0.045), (310, 0.0246)],
        ]
        let photographs = try #require(Self.photographs)
        let run = try ProgramRun("vision", ["classify", photographs.path, "--format", "json"])
        #expect(run.status == 0, "\(run.errors)")
        let found = try pictures(run)
        for (name, classes) in expected {
            let picture = try #require(found.first { $0.file.hasSuffix("/" + name) })
            #expect(picture.predictions.map(\.class) == classes.map(\.0), "\(name)")
            for (entry, wanted) in zip(picture.predictions, classes) {
                #expect(abs(entry.probability - wanted.1) < 0.01, "\(name): \(entry.label)")
            }
        }
    }

    private static let photographs = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"]
        .map { URL(fileURLWithPath: $0).appendingPathComponent("photos") }
        .flatMap { FileManager.default.fileExists(atPath: $0.path) ? $0 : nil }
}
