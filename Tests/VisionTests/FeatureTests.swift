import Checkpoints
import Foundation
import Images
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

/// `vision classify --embed` and `--similar`, with a small model of random weights.
@Suite struct FeatureTests {
    private let folder: TemporaryFolder
    private let names = ["in/dark.png", "in/light.png", "in/middle.png"]

    init() throws {
        folder = try TemporaryFolder()
        for (name, shade) in zip(names, [10, 240, 128] as [UInt8]) {
            try folder.write(try TestPictures.png(shade: shade), to: name)
        }
        try folder.write("no picture", to: "in/bad.png")
    }

    private func classify(_ arguments: String..., input: Data? = nil, model: String = "resnet-basic") throws
        -> ProgramRun
    {
        let model = Repository.file("Tests/Fixtures/vision/\(model)").path
        return try ProgramRun("vision", ["classify", "--model", model] + arguments, input: input, in: folder.url)
    }

    private struct Row: Decodable {
        let file: String
        let features: [Float]
    }

    @Test func featuresAreTheSameInEveryForm() throws {
        for ending in ["safetensors", "csv", "jsonl"] {
            let run = try classify("in", "--embed", "features.\(ending)", "--batch-size", "2")
            #expect(run.status == 1 && run.errors.contains("in/bad.png"), "\(run.errors)")
        }
        let file = try SafetensorsFile(path: folder.path("features.safetensors"))
        let matrix = try #require(try file.tensor(named: "features"))
        let list = try JSONDecoder().decode([String].self, from: Data(try #require(file.metadata["files"]).utf8))
        #expect(list == names && matrix.shape[0] == 3 && file.names == ["features"])
        let width = matrix.shape[1]
        let lines = try folder.contents(of: "features.jsonl").split(separator: "\n")
            .map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
        #expect(lines.map(\.file) == names && lines.flatMap(\.features) == matrix.floats())
        let rows = try folder.contents(of: "features.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows[0].map(String.init) == ["file"] + (0..<width).map(String.init))
        #expect(rows.dropFirst().map { String($0[0]) } == names)
        #expect(rows.dropFirst().flatMap { $0.dropFirst().compactMap { Float($0) } } == matrix.floats())
    }

    @Test func picturesAreRankedByTheCosineOfTheirFeatures() throws {
        let text = try classify("in", "--similar", "in/middle.png", "--embed", "features.safetensors")
        #expect(text.status == 1, "\(text.errors)")
        let matrix = try #require(
            try SafetensorsFile(path: folder.path("features.safetensors")).tensor(named: "features"))
        let width = matrix.shape[1]
        func cosine(_ a: Int, _ b: Int) -> Double {
            func row(_ index: Int) -> [Double] { matrix.floats()[index * width..<(index + 1) * width].map(Double.init) }
            func product(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
            return product(row(a), row(b)) / (product(row(a), row(a)) * product(row(b), row(b))).squareRoot()
        }
        let expected = names.indices.map { ($0, cosine(2, $0)) }.sorted { $0.1 > $1.1 }
        let lines = text.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.map { $0[1] } == expected.map { names[$0.0] } && lines[0] == ["1.0000", "in/middle.png"])
        for (line, entry) in zip(lines, expected) { #expect(abs((Double(line[0]) ?? -2) - entry.1) < 1e-4) }

        struct Entry: Decodable {
            let file: String
            let similarity: Double
        }
        let bytes = Data(try folder.bytes("in/middle.png"))
        let json = try classify("in", "--similar", "-", "--format", "json", "-k", "2", input: bytes)
        let entries = try JSONDecoder().decode([Entry].self, from: Data(json.output.utf8))
        #expect(entries.map(\.file) == expected.prefix(2).map { names[$0.0] })
        let csv = try classify("in", "--similar", "in/middle.png", "--format", "csv", "--threshold", "0.999999")
        #expect(csv.output.hasPrefix("file,rank,similarity\nin/middle.png,1,1.000000\n"), "\(csv.output)")
    }

    @Test func listsOfFiles() throws {
        for list in ["in/dark.png\nin/light.png\r\n", "in/dark.png\0in/light.png\0"] {
            let run = try classify("--files-from", "-", "--format", "tsv", "-k", "1", input: Data(list.utf8))
            #expect(run.status == 0, "\(run.errors)")
            let files = run.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "\t" } }
            #expect(files == ["in/dark.png", "in/light.png"])
        }
        try folder.write("in/dark.png\ngone.png\n", to: "list")
        let run = try classify("in/middle.png", "--files-from", "list")
        #expect(run.status == 1 && run.output.hasPrefix("in/middle.png\n") && run.errors.contains("gone.png"))
        for (list, reason) in [("\n\n", "names no files"), ("-", "./-")] {
            let run = try classify("--files-from", "-", input: Data(list.utf8))
            #expect(run.status == 1 && run.errors.contains(reason), "\(run.errors)")
        }
        #expect(try classify("--files-from", "gone").errors.contains("gone: no such file"))
        #expect(try classify("--files-from", "in").errors.contains("in: cannot be read"))
    }

    @Test func wrongUseIsRefused() throws {
        for arguments in [
            ["in", "--embed", "features.npy"], ["in", "--embed", ""], ["--files-from", ""],
            ["-", "--files-from", "-"], ["-", "--similar", "-"],
        ] {
            #expect(try ProgramRun("vision", ["classify"] + arguments, in: folder.url).status == 64, "\(arguments)")
        }
        let gone = try classify("in", "--similar", "gone.png")
        #expect(gone.status == 1 && gone.errors == "vision: gone.png: no such file\n", "\(gone.errors)")
        let place = try classify("in", "--embed", "no/such/folder/f.csv")
        #expect(place.status == 1 && place.output.isEmpty && place.errors.contains("no/such/folder/f.csv"))
    }
}
