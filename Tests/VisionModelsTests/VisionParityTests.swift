import Autograd
import Checkpoints
import Foundation
import Kernels
import Layers
import Parameters
import Tensors
import TestKit
import Testing

@testable import VisionModels

struct VisionParityTests {
    @Test(arguments: VisionFixture.names)
    func logitsAreThoseOfPyTorch(name: String) throws {
        let fixture = try VisionFixture(name)
        let pictures = try fixture.tensor("pictures")
        let expected = try fixture.tensor("logits")
        for model in [fixture.model, fixture.model.folded()] {
            let logits = model(pictures)
            #expect(logits.shape == expected.shape)
            #expect(largestRelativeDifference(logits.floats(), expected.floats()) < 1e-5)
        }
    }

    @Test(arguments: VisionFixture.names)
    func aStepOfTrainingIsThatOfPyTorch(name: String) throws {
        let fixture = try VisionFixture(name)
        let (loss, gradients, updates) = trainingStep(
            fixture.model, try fixture.tensor("pictures"), targets: try fixture.tensor("targets"))
        #expect(abs(loss - (try fixture.tensor("loss").scalar)) < 1e-5 * max(1, loss))
        let weights = fixture.store.parameters.filter { $0.role == .weight }
        #expect(weights.count == fixture.expected.names.filter { $0.hasPrefix("gradient.") }.count)
        for parameter in weights {
            let expected = try fixture.tensor("gradient.\(parameter.name)").floats()
            let found = try #require(gradients[parameter], "\(parameter.name)")
            #expect(found.floats().contains { $0 != 0 }, "\(parameter.name)")
            // Keys' biases have no effect on a softmax: their gradients are rounding alone, in PyTorch too.
            if parameter.name.hasSuffix("key.bias") {
                #expect(found.floats().allSatisfy { abs($0) < 1e-6 })
            } else {
                #expect(largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
            }
        }
        for buffer in fixture.store.parameters where buffer.role == .buffer {
            expectClose(
                updates.value(of: buffer), try fixture.tensor("after.\(buffer.name)"), relative: 1e-5, absolute: 1e-6)
        }
    }

    /// A whole EfficientNet-Lite0 whose weights follow from a formula, given under the original names.
    @Test func efficientNetIsThatOfPyTorch() throws {
        struct Expected: Decodable {
            struct Gradient: Decodable {
                let norm: Double
                let first: [Float]
            }
            let logits: [[Float]]
            let loss: Float
            let gradients: [String: Gradient]
            let after: [String: [Float]]
        }
        let expected = try JSONDecoder().decode(
            Expected.self,
            from: Data(contentsOf: VisionFixture.folder.appendingPathComponent("efficientnet-lite0.json")))
        let source = FormulaSource(classes: 10)
        let configuration = try #require(EfficientNetConfiguration(recognizing: source))
        #expect(configuration.variant == .lite0)
        #expect(configuration.labels.count == 10)
        let store = ParameterStore(reading: EfficientNetImportTable.presented(source, configuration))
        let model = try configuration.makeModel(in: store)
        let pictures = Tensor(VisionFixture.formula(2 * 33 * 38 * 3, number: 1_000), shape: [2, 33, 38, 3])
        for variant in [model, model.folded()] {
            #expect(largestRelativeDifference(variant(pictures).floats(), expected.logits.flatMap { $0 }) < 1e-4)
        }

        let targets = Tensor([3, 7] as [Int32], shape: [2])
        let (_, frozen) = valueAndGradients { crossEntropy(model(pictures), targets) }
        let (loss, gradients, updates) = trainingStep(model, pictures, targets: targets)
        #expect(abs(loss - expected.loss) < 1e-3 * expected.loss)
        let names = EfficientNetImportTable.original(.lite0)
        for parameter in store.parameters {
            let name = try #require(names[parameter.name])
            guard parameter.role == .weight else {
                let found = Array(updates.value(of: parameter).floats().prefix(4))
                expectClose(found, try #require(expected.after[name]), relative: 1e-3, absolute: 1e-4)
                continue
            }
            let found = try #require(frozen[parameter], "\(name)").floats()
            #expect(found.contains { $0 != 0 }, "\(name)")
            let wanted = try #require(expected.gradients[name])
            let norm = found.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            #expect(abs(norm - wanted.norm) < 1e-4 * wanted.norm, "\(name)")
            expectClose(Array(found.prefix(4)), wanted.first, relative: 0, absolute: Float(1e-4 * wanted.norm))
            // With the statistics of the batch rounding grows to a hundredth, so that only presence is looked at.
            let trained = try #require(gradients[parameter], "\(name)").floats()
            #expect(trained.contains { $0 != 0 } && trained.allSatisfy(\.isFinite), "\(name)")
        }
    }

    private struct Real: Decodable {
        struct Lite: Decodable {
            let formula: [Float]
            let zeros: [Float]
        }
        let lite: Lite
        let small: [[Float]]

        enum CodingKeys: String, CodingKey {
            case lite = "efficientnet-lite0"
            case small = "resnet20-cifar10"
        }

        static func expected() throws -> Real {
            try JSONDecoder().decode(
                Real.self, from: Data(contentsOf: VisionFixture.folder.appendingPathComponent("real.json")))
        }
    }

    @Test(
        .enabled(
            if: VisionFixture.dataFolder("models/resnet20-cifar10") != nil,
            "TRIPTYCH_DATA leads to no models/resnet20-cifar10"))
    func resNet20IsThatOfPyTorch() throws {
        let folder = try ModelFolder(try #require(VisionFixture.dataFolder("models/resnet20-cifar10")))
        let files = try ClassifierFiles(folder)
        #expect(files.configuration.labels.first == "airplane")
        let pictures = Tensor(VisionFixture.formula(2 * 32 * 32 * 3, number: 0).map { 2 * $0 }, shape: [2, 32, 32, 3])
        let logits = try files.loadModel().folded()(pictures)
        #expect(largestRelativeDifference(logits.floats(), try Real.expected().small.flatMap { $0 }) < 1e-4)
    }

    @Test(.needsModel("efficientnet-lite0"))
    func efficientNetLite0IsThatOfPyTorch() throws {
        let files = try ClassifierFiles(ModelFolder(try FetchedModel.folder("efficientnet-lite0")))
        let model = try files.loadModel().folded()
        let expected = try Real.expected().lite
        let size: Shape = [1, 224, 224, 3]
        let formula = model(Tensor(VisionFixture.formula(size.elementCount, number: 0), shape: size))
        #expect(largestRelativeDifference(formula.floats(), expected.formula) < 1e-3)
        #expect(largestRelativeDifference(model(Tensor(repeating: 0, shape: size)).floats(), expected.zeros) < 1e-3)
    }

    /// The original weights, written as a folder with `timm`'s names, are the same model.
    @Test(.needsModel("efficientnet-lite0"))
    func aFolderWithTheNamesOfTimmIsTheSame() throws {
        let files = try ClassifierFiles(ModelFolder(try FetchedModel.folder("efficientnet-lite0")))
        let names = files.weights.names.filter { !$0.hasSuffix("num_batches_tracked") }
        let temporary = try TemporaryFolder()
        let folder = try ModelFolder.save(
            to: temporary.url.appendingPathComponent("model"), configuration: try files.configuration.json(),
            weights: try names.map { name in
                SafetensorsWriter.Declaration(
                    name: name, shape: try #require(files.weights.shape(of: name)), elementType: .float32)
            },
            tensor: { name in try #require(try files.weights.tensor(named: name)) })
        let again = try ClassifierFiles(folder)
        #expect(again.weights.names.contains("blocks.6.0.conv_pwl.weight"))
        #expect(again.configuration.labels == files.configuration.labels)
        let pictures = Tensor(VisionFixture.formula(64 * 64 * 3, number: 1), shape: [1, 64, 64, 3])
        let (model, original) = (try again.loadModel(), try files.loadModel())
        let (found, wanted) = (model(pictures).floats(), original(pictures).floats())
        #expect(found == wanted)
    }
}

/// An EfficientNet-Lite0 under its original names, as the script fills it.
private struct FormulaSource: TensorSource {
    let names: [String]
    private let shapes: [String: Shape]

    init(classes: Int) {
        let configuration = EfficientNetConfiguration(.lite0, labels: (0..<classes).map { "\($0)" })
        let original = EfficientNetImportTable.original(.lite0)
        shapes = Dictionary(
            uniqueKeysWithValues: shapesOfParameters(configuration).map { (original[$0] ?? $0, $1) })
        names = shapes.keys.sorted()
    }

    func shape(of name: String) -> Shape? { shapes[name] }

    func tensor(named name: String) throws -> Tensor? {
        guard let shape = shapes[name], let number = names.firstIndex(of: name) else { return nil }
        let noise = VisionFixture.formula(shape.elementCount, number: number)
        if name.hasSuffix("running_var") || (name.hasSuffix("weight") && shape.count == 1) {
            return Tensor(noise.map { 1 + 0.4 * $0 }, shape: shape)
        }
        guard shape.count > 1 else { return Tensor(noise.map { 0.3 * $0 }, shape: shape) }
        let scale = (6 / Float(shape.dropFirst().reduce(1, *))).squareRoot()
        return Tensor(noise.map { scale * $0 }, shape: shape)
    }
}
