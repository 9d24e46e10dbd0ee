import Checkpoints
import Foundation
import Images
import Kernels
import Parameters
import Tensors
import TestKit
import Testing
import VisionModels

/// Weights under the names of other libraries, recognised without a configuration.
@Suite struct ClassifierImportTests {
    private let folder: TemporaryFolder
    private static let fixtures = Repository.file("Tests/Fixtures/vision/foreign")

    init() throws { folder = try TemporaryFolder() }

    private func expected(_ name: String) throws -> (picture: Tensor, logits: [Float]) {
        let file = try SafetensorsFile(path: Self.fixtures.appendingPathComponent("expected.safetensors").path)
        return (
            try #require(try file.tensor(named: "\(name).picture")),
            try #require(try file.tensor(named: "\(name).logits")).floats()
        )
    }

    private func open(_ name: String) throws -> ModelFolder {
        try ModelFolder(Self.fixtures.appendingPathComponent("\(name).pth"))
    }

    @Test(arguments: ["resnet-basic", "resnet-bottleneck", "resnet-small", "vit"])
    func foreignNamesGiveTheSameLogits(name: String) throws {
        let (picture, logits) = try expected(name)
        let classifier = try Classifier(open(name))
        #expect(classifier.labels == (0..<5).map { "class \($0)" })
        #expect(largestRelativeDifference(classifier.logits(picture).floats(), logits) < 1e-4)

        var model = try ClassifierImport(open(name))
        #expect(model.lacksNames)
        try model.rename(["a", "b", "c", "d", "e"])
        let written = try model.write(to: folder.url.appendingPathComponent("model"))
        let again = try Classifier(written)
        #expect(again.labels == ["a", "b", "c", "d", "e"] && again.preprocessing == classifier.preprocessing)
        #expect(again.logits(picture).floats() == classifier.logits(picture).floats())
        #expect(try folder.names == ["model"])
        // What was written can be read and written again.
        let copy = try ClassifierImport(written).write(to: folder.url.appendingPathComponent("copy"))
        #expect(try folder.bytes("copy/model.safetensors") == folder.bytes("model/model.safetensors"))
        #expect(try Classifier(copy).labels == again.labels)
    }

    @Test func weightsTakeOnOtherTypes() throws {
        let (picture, logits) = try expected("resnet-bottleneck")
        for (type, tolerance) in [(ElementType.float16, 5e-3), (.bfloat16, 3e-2)] as [(ElementType, Float)] {
            let written = try ClassifierImport(open("resnet-bottleneck"))
                .write(to: folder.url.appendingPathComponent("\(type)"), elementType: type)
            #expect(try written.openWeights().elementType(of: "classifier.1.weight") == type)
            #expect(largestRelativeDifference(try Classifier(written).logits(picture).floats(), logits) < tolerance)
        }
    }

    @Test func preparationIsThatOfAFile() throws {
        var model = try ClassifierImport(open("resnet-small"))
        let file =
            #"{"size": {"shortest_edge": 36}, "crop_size": 32, "do_center_crop": true, "resample": 2, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.2, 0.2]}"#
        try model.prepare(as: Data(file.utf8), path: "p.json")
        let written = try Classifier(model.write(to: folder.url.appendingPathComponent("model")))
        #expect(
            written.preprocessing
                == ImagePreprocessing(
                    width: 32, height: 32, framing: .shortSide(36), interpolation: .bilinear,
                    normalization: PixelNormalization(
                        scale: 1 / 255, mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.2, 0.2])))
        for text in ["[1]", #"{"resample": 9}"#, #"{"image_std": [0, 1, 1]}"#, "no JSON"] {
            #expect(throws: VisionModelError.self) { try model.prepare(as: Data(text.utf8), path: "p.json") }
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        var model = try ClassifierImport(open("vit"))
        for names in [["a"], ["a", "b", "c", "d", ""]] {
            #expect(throws: VisionModelError.self) { try model.rename(names) }
        }
        // A network that lacks a layer in its middle, and weights of something else.
        let weights = try PyTorchFile(path: Self.fixtures.appendingPathComponent("resnet-basic.pth").path)
        let names = weights.names.filter { !$0.hasSuffix("num_batches_tracked") }
        func save(_ kept: [String], as name: String) throws -> ModelFolder {
            let path = folder.path(name)
            try SafetensorsWriter.write(
                Dictionary(uniqueKeysWithValues: kept.map { ($0, try #require(try weights.tensor(named: $0))) }),
                to: path)
            return try ModelFolder(URL(fileURLWithPath: path))
        }
        let broken = try save(names.filter { $0 != "layer1.1.bn2.weight" }, as: "broken.safetensors")
        #expect(throws: VisionModelError.self) {
            try ClassifierImport(broken).write(to: folder.url.appendingPathComponent("out"))
        }
        let other = try save(["fc.weight"], as: "other.safetensors")
        #expect(
            throws: VisionModelError.unknownWeights(
                folder: folder.path + "/", known: ["EfficientNet-Lite", "ResNet", "ViT"])
        ) { try ClassifierImport(other) }
        #expect(try folder.names == ["broken.safetensors", "other.safetensors"])
    }
}
