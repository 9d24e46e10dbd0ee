import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import VisionModels

struct VisionConfigurationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What a folder's files say after a change of its `config.json`.
    private func files(_ name: String, _ change: (inout [String: Any]) -> Void) throws -> ClassifierFiles {
        let source = VisionFixture.folder.appendingPathComponent(name)
        let content = try Data(contentsOf: source.appendingPathComponent("config.json"))
        var object = try #require(try JSONSerialization.jsonObject(with: content) as? [String: Any])
        change(&object)
        try folder.write(try JSONSerialization.data(withJSONObject: object), to: "config.json")
        try folder.write(
            try Data(contentsOf: source.appendingPathComponent("model.safetensors")), to: "model.safetensors")
        return try ClassifierFiles(ModelFolder(folder.url))
    }

    @Test(arguments: VisionFixture.names)
    func whatIsWrittenIsReadBack(name: String) throws {
        let first = try ClassifierFiles(ModelFolder(VisionFixture.folder.appendingPathComponent(name)))
        #expect(first.configuration.labels == ["cat", "dog", "house", "tree", "boat"])
        try folder.write(try first.configuration.json(), to: "config.json")
        try folder.write([], to: "model.safetensors")
        try FileManager.default.removeItem(atPath: folder.path("model.safetensors"))
        try FileManager.default.copyItem(
            at: VisionFixture.folder.appendingPathComponent("\(name)/model.safetensors"),
            to: folder.url.appendingPathComponent("model.safetensors"))
        let second = try ClassifierFiles(ModelFolder(folder.url))
        func equal<Configuration: ImageClassificationConfiguration>(_ a: Configuration) -> Bool {
            a == second.configuration as? Configuration
        }
        let isEqual = equal(first.configuration)
        #expect(isEqual)
        _ = try second.loadModel()
    }

    @Test func efficientNetIsReadBack() throws {
        var configuration = EfficientNetConfiguration(.lite2, labels: ["a", "b"])
        configuration.mean = [10, 20, 30]
        let file = try JSONDecoder().decode(EfficientNetConfiguration.File.self, from: try configuration.json())
        let again = try EfficientNetConfiguration(file, path: "config.json")
        #expect(again.variant == .lite2 && again.labels == ["a", "b"])
        expectClose(again.mean, [10, 20, 30])
        // What `timm` writes has no names: those of ImageNet are meant.
        let plain = EfficientNetConfiguration.File(architecture: "tf_efficientnet_lite0", labelCount: 1_000)
        #expect(try EfficientNetConfiguration(plain, path: "config.json").labels[282] == "tiger cat")
    }

    @Test(
        arguments: [
            ("resnet-basic", "hidden_sizes", [8, 0, 16]), ("resnet-basic", "hidden_sizes", [8, 1 << 40, 16]),
            ("resnet-basic", "depths", [1, 2]), ("resnet-basic", "depths", [1, -2, 1]),
            ("resnet-basic", "depths", [Int]()),
            ("resnet-basic", "embedding_size", 0), ("resnet-basic", "layer_type", "wide"),
            ("resnet-basic", "hidden_act", "swish"), ("resnet-basic", "num_channels", 1),
            ("resnet-bottleneck", "hidden_sizes", [18, 32]), ("resnet-basic", "id2label", ["0": "a", "2": "b"]),
            ("vit", "hidden_size", 0), ("vit", "hidden_size", 1 << 40), ("vit", "num_attention_heads", 3),
            ("vit", "num_attention_heads", 0), ("vit", "num_hidden_layers", -1), ("vit", "patch_size", 0),
            ("vit", "patch_size", 25), ("vit", "image_size", 1 << 30), ("vit", "layer_norm_eps", -1),
            ("vit", "hidden_act", "mish"), ("resnet-small", "architecture", "resnet9 (cifar)"),
            ("resnet-small", "width", 0), ("resnet-small", "input_size", [1, 8, 8]),
            ("resnet-small", "label_names", [String]()),
        ] as [(String, String, any Sendable)])
    func valuesOutOfRangeAreNamed(name: String, key: String, value: any Sendable) throws {
        let error = #expect(throws: VisionModelError.self) { _ = try files(name) { $0[key] = value } }
        guard case .invalidConfiguration(_, let found, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == key)
    }

    @Test func otherArchitecturesAndShapesAreNamed() throws {
        let other = #expect(throws: VisionModelError.self) {
            _ = try files("vit") {
                $0["architectures"] = ["BeitModel"]
                $0["model_type"] = "beit"
            }
        }
        guard case .unsupportedArchitecture("BeitModel", _, _)? = other else {
            Issue.record("\(String(describing: other))")
            return
        }
        let wider = try files("vit") { $0["intermediate_size"] = 32 }
        let error = #expect(throws: VisionModelError.self) { _ = try wider.loadModel() }
        guard case .weightsDoNotFit(_, let mismatch)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(mismatch.misshaped.count == 6)
    }

    @Test func weightsWithoutAConfigurationAreRecognisedOrRefused() throws {
        let url = folder.url.appendingPathComponent("lone")
        try folder.write(
            try Data(contentsOf: VisionFixture.folder.appendingPathComponent("vit/model.safetensors")),
            to: "lone/weights.safetensors")
        let error = #expect(throws: VisionModelError.self) { try ClassifierFiles(ModelFolder(url)) }
        guard case .unknownWeights? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        for variant in EfficientNetVariant.allCases {
            let configuration = EfficientNetConfiguration(variant, labels: ["a", "b", "c"])
            let names = EfficientNetImportTable.original(variant)
            let shapes = shapesOfParameters(configuration)
            #expect(Set(shapes.keys).isSubset(of: names.keys))
            let original = Dictionary(uniqueKeysWithValues: shapes.map { (names[$0] ?? $0, $1) })
            for source in [shapes, original] {
                let found = EfficientNetConfiguration(recognizing: ShapeSource(shapes: source))
                #expect(found?.variant == variant)
                #expect(found?.labels == ["class 0", "class 1", "class 2"])
            }
        }
    }

    /// Tan and Le's counts, and those of the blocks that the original code builds.
    @Test(arguments: zip(EfficientNetVariant.allCases, [4_652_008, 5_416_680, 6_092_072, 8_197_096, 13_006_568]))
    func variantsAreOfTheirSize(variant: EfficientNetVariant, count: Int) throws {
        let shapes = shapesOfParameters(EfficientNetConfiguration(variant, labels: ImageNetClasses.names))
        let trained = shapes.filter { !$0.key.contains("running_") }.reduce(0) { $0 + $1.value.elementCount }
        #expect(trained == count)
    }

    @Test func namesOfImageNet() {
        #expect(ImageNetClasses.names.count == ImageNetClasses.count)
        #expect(ImageNetClasses.names[0] == "tench")
        #expect(ImageNetClasses.names[985] == "daisy")
        #expect(ImageNetClasses.names.allSatisfy { !$0.isEmpty })
    }
}

/// Names and shapes of what a model needs, without any values.
func shapesOfParameters(_ configuration: some ImageClassificationConfiguration) -> [String: Shape] {
    let store = ParameterStore(reading: ShapeSource(shapes: [:]))
    #expect(throws: ParameterMismatch.self) { _ = try configuration.makeModel(in: store) }
    return Dictionary(uniqueKeysWithValues: store.parameters.map { ($0.name, $0.shape) })
}

/// Names and shapes without values.
private struct ShapeSource: TensorSource {
    let shapes: [String: Shape]
    var names: [String] { shapes.keys.sorted() }

    func shape(of name: String) -> Shape? { shapes[name] }
    func tensor(named name: String) throws -> Tensor? { nil }
}
