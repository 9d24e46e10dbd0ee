import Checkpoints
import Foundation
import Hashing
import Kernels
import Parameters
import Tensors
import TestKit
import Testing

@Suite struct ModelFolderTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private struct Configuration: Codable, Equatable {
        struct Scaling: Codable, Equatable { var factor: Double }
        var width: Int
        var scaling: Scaling?
        var sizes: [Int]?
    }

    private func saved(_ name: String, other: [String: Data] = [:]) throws -> ModelFolder {
        let tensor = Tensor([1.0, 2.0], shape: [2])
        return try ModelFolder.save(
            to: folder.url.appending(path: name), configuration: Data("{\"width\":3}".utf8),
            weights: [.init(name: "w", shape: tensor.shape, elementType: tensor.elementType)], otherFiles: other
        ) { _ in tensor }
    }

    // MARK: What is there

    @Test("all layouts are detected and open") func layouts() throws {
        let whole = try ModelFolder(fixture("huggingface"))
        #expect(whole.layout == .safetensors(fileName: "model.safetensors"))
        let sharded = try ModelFolder(fixture("sharded"))
        #expect(sharded.layout == .shardedSafetensors)
        let foreign = try ModelFolder(fixture("ctranslate2-float32"))
        #expect(foreign.layout == .ctranslate2Whisper)
        let file = try ModelFolder(fixture("huggingface/model.safetensors"))
        #expect(file.layout == .safetensors(fileName: "model.safetensors"))
        #expect(file.url.lastPathComponent == "huggingface")
        let names = try whole.openWeights().names.sorted()
        for other in [sharded, foreign, file] {
            #expect(try other.openWeights().names.sorted() == names)
            try other.verifyWeights()
        }
    }

    @Test("a run means its best checkpoint") func run() throws {
        try folder.write("{}", to: "run/run.json")
        let run = folder.url.appending(path: "run")
        #expect(throws: ModelFolderError(path: run.path, .runWithoutBest)) { try ModelFolder(run) }
        _ = try saved("run/step-3")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("run/best"), withDestinationPath: "step-3")
        #expect(try ModelFolder(run).openWeights().names == ["w"])
        try folder.write("{}", to: "run/step-3/run.json")
        #expect(throws: ModelFolderError(path: run.path, .nestedRun)) { try ModelFolder(run) }
    }

    @Test("what is missing is named, all at once") func missing() throws {
        func expect(_ name: String, _ reason: ModelFolderError.Reason) {
            let url = folder.url.appending(path: name)
            #expect(throws: ModelFolderError(path: url.path, reason)) { try ModelFolder(url) }
        }
        let weights = ["model.safetensors", "model.safetensors.index.json", "model.bin"]
        expect("none", .notFound)
        try folder.write("x", to: "text.txt")
        expect("text.txt", .notAModel)
        try folder.write("x", to: "empty/note.txt")
        expect("empty", .missingFiles([["config.json"], weights]))
        try folder.write("{}", to: "no-weights/config.json")
        expect("no-weights", .missingFiles([weights]))
        try folder.write("x", to: "no-configuration/model.safetensors")
        expect("no-configuration", .missingFiles([["config.json"]]))
        try folder.write("x", to: "foreign/model.bin")
        expect("foreign", .missingFiles([["config.json"], ["vocabulary.json", "vocabulary.txt"]]))
        try folder.write("x", to: "pickle/pytorch_model.bin")
        expect("pickle", .missingFiles([["config.json"]]))
        try folder.write("x", to: "pickles/pytorch_model.bin.index.json")
        expect("pickles", .onlyPickledWeights(file: "pytorch_model.bin.index.json"))

        let model = try saved("model", other: ["tokenizer.json": Data("{}".utf8)])
        try model.require(["config.json", "tokenizer.json"])
        #expect(
            throws: ModelFolderError(path: model.url.path, .missingFiles([["merges.txt"], ["vocab.json"]]))
        ) { try model.require(["merges.txt", "tokenizer.json", "vocab.json"]) }
        #expect(model.file("tokenizer.json") != nil)
        #expect(model.file("vocab.json") == nil)
        #expect("\(ModelFolderError(path: "m", .notFound))".contains("make models"))
    }

    @Test("weights of torch.save, beside a configuration, alone in a folder, or by their path") func pytorch() throws {
        let bytes = try Data(contentsOf: URL(filePath: pytorchFixture("small.zip.pth")))
        try folder.write(bytes, to: "hub/pytorch_model.bin")
        try folder.write("{}", to: "hub/config.json")
        try folder.write(bytes, to: "alone/weights-1.pth")
        for (path, fileName) in [
            ("hub", "pytorch_model.bin"), ("alone", "weights-1.pth"), ("alone/weights-1.pth", "weights-1.pth"),
        ] {
            let model = try ModelFolder(folder.url.appending(path: path))
            #expect(model.layout == .pytorch(fileName: fileName))
            #expect(try model.openWeights().names == ["layer.weight", "layer.bias"])
            #expect(try model.weightFiles().map(\.lastPathComponent) == [fileName])
            let inspection = try ModelInspection(of: folder.url.appending(path: path), scans: true)
            #expect(inspection.layout == "PyTorch")
            #expect(inspection.parameterCount == 8)
            #expect(inspection.nonFiniteValues?.isEmpty == true)
        }
        let exported = try ModelFolder(folder.url.appending(path: "hub")).export(to: folder.url.appending(path: "out"))
        #expect(try exported.openWeights().names.sorted() == ["layer.bias", "layer.weight"])
        #expect(exported.file("pytorch_model.bin") == nil)
    }

    @Test("one .safetensors file of another name is a model without configuration") func loneWeights() throws {
        let weights = ["w": Tensor([1.0, 2.0], shape: [2])]
        try folder.write("x", to: "lone/LICENSE")
        try SafetensorsWriter.write(weights, to: folder.path("lone/detector.safetensors"))
        let model = try ModelFolder(folder.url.appending(path: "lone"))
        #expect(model.layout == .safetensors(fileName: "detector.safetensors"))
        #expect(try model.openWeights().names == ["w"])
        #expect(try model.contents(of: "config.json") == nil)
        #expect(try ModelInspection(of: model.url, scans: true).configuration == nil)

        try SafetensorsWriter.write(weights, to: folder.path("lone/second.safetensors"))
        #expect(throws: ModelFolderError.self) { try ModelFolder(model.url) }
    }

    // MARK: Configuration files

    @Test("a JSON file decodes, or the error names file and key") func configuration() throws {
        let model = try saved("model")
        #expect(try model.decode(Configuration.self, from: "config.json") == Configuration(width: 3))
        #expect(try model.decode(Configuration.self, from: "generation_config.json") == nil)
        func expect(_ text: String, _ key: String, _ reason: ConfigurationError.Reason) throws {
            let path = try folder.write(text, to: "model/config.json")
            #expect(throws: ConfigurationError(path: path, key: key, reason)) {
                try model.decode(Configuration.self, from: "config.json")
            }
        }
        try expect("{}", "width", .missing)
        try expect("{\"width\":\"3\"}", "width", .wrongType(expected: "whole number"))
        try expect("{\"width\":3,\"scaling\":{}}", "scaling.factor", .missing)
        try expect("{\"width\":3,\"sizes\":[1,2,\"x\"]}", "sizes[2]", .wrongType(expected: "whole number"))
        try folder.write("{\"width\":", to: "model/config.json")
        let error = #expect(throws: ConfigurationError.self) {
            try model.decode(Configuration.self, from: "config.json")
        }
        #expect(error?.path == folder.path("model/config.json"))
        try folder.write([], to: "model/config.json")
        #expect(throws: FileError(path: folder.path("model/config.json"), .empty)) {
            try model.decode(Configuration.self, from: "config.json")
        }
    }

    // MARK: Identity and health

    @Test("the digest names the weights as sha256sum would") func digest() throws {
        let model = try saved("model")
        let bytes = try Data(contentsOf: model.url.appending(path: "model.safetensors"))
        #expect(try model.weightsDigest() == SHA256.hash(bytes))

        let sharded = try ModelFolder(fixture("sharded"))
        let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
        let lines = try names.map { name in
            "\(SHA256.hash(try Data(contentsOf: sharded.url.appending(path: name))))  \(name)\n"
        }
        #expect(try sharded.weightsDigest() == SHA256.hash(Array(lines.joined().utf8)))
        #expect(try sharded.weightFiles().map(\.lastPathComponent) == names)
    }

    @Test("values that are not finite are found when asked for") func verification() throws {
        let tensor = Tensor([1, .nan, 2, .infinity], shape: [4])
        let model = try ModelFolder.save(
            to: folder.url.appending(path: "model"), configuration: Data("{}".utf8),
            weights: [.init(name: "w", shape: [4], elementType: .float32)]
        ) { _ in tensor }
        #expect(
            throws: ModelFolderError(
                path: model.url.path, .nonFiniteValues([NonFiniteValues(tensor: "w", count: 2, firstIndex: 1)]))
        ) { try model.verifyWeights() }
    }

    // MARK: Saving

    @Test("a saved folder is whole") func saving() throws {
        let model = try saved("model", other: ["README.md": Data("# Card".utf8)])
        #expect(try folder.names == ["model"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: model.url.path).sorted()
                == ["README.md", "config.json", "model.safetensors"])
        #expect(try model.openWeights().tensor(named: "w")?.floats() == [1, 2])
    }

    @Test("nothing is overwritten") func existing() throws {
        _ = try saved("model")
        #expect(throws: FileError(path: folder.path("model"), .alreadyExists)) { try saved("model") }
    }

    @Test("a failure leaves nothing behind") func failure() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try ModelFolder.save(
                to: folder.url.appending(path: "model"), configuration: Data("{}".utf8),
                weights: [.init(name: "w", shape: [4], elementType: .float32)]
            ) { _ in throw Failure() }
        }
        for name in ["../x", "config.json", "model.safetensors"] {
            #expect(throws: FileError(path: name, .notAPlainFileName)) {
                try saved("model", other: [name: Data("x".utf8)])
            }
        }
        let missing = folder.path("none/model")
        #expect(throws: FileError(path: missing, .cannotWrite(code: ENOENT))) { try saved("none/model") }
        #expect(try folder.names == [])
    }
}
