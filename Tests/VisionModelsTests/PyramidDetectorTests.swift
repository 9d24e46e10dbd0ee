import Autograd
import Checkpoints
import Foundation
import Geometry
import Kernels
import Parameters
import Tensors
import TestKit
import Testing
import Training

@testable import VisionModels

struct PyramidDetectorTests {
    static let labels = ["disc", "square"]

    private static func smallResNet(stages: Int) -> BackboneConfiguration {
        var network = SmallResNetConfiguration(depth: 2 * stages + 2, labels: labels)
        (network.width, network.stageCount) = (8, stages)
        return .smallResNet(network)
    }

    /// Detectors on backbones of every kind, some of which end before the last map of the pyramid.
    static func configurations() -> [PyramidDetectorConfiguration] {
        let backbones: [BackboneConfiguration] = [
            .efficientNet(EfficientNetConfiguration(.lite0, labels: ImageNetClasses.names)),
            .resNet(
                ResNetConfiguration(widths: [8, 8, 12, 16], depths: [1, 2, 1, 1], layerKind: .basic, labels: labels)),
            smallResNet(stages: 3), smallResNet(stages: 4),
        ]
        return backbones.map { backbone in
            var configuration = PyramidDetectorConfiguration(
                backbone, labels: labels, inputWidth: 64, inputHeight: 48)
            (configuration.width, configuration.headDepth) = (16, 1)
            return configuration
        }
    }

    private func model(
        _ configuration: PyramidDetectorConfiguration, seed: UInt64 = 1
    ) throws -> (model: PyramidDetectorModel, store: ParameterStore) {
        let store = ParameterStore(random: RandomSource(seed: seed))
        return (try PyramidDetectorModel(configuration, in: store), store)
    }

    @Test(arguments: 0..<4)
    func whatIsWrittenIsReadBack(number: Int) throws {
        let configuration = Self.configurations()[number]
        let file = try JSONDecoder().decode(PyramidDetectorConfiguration.File.self, from: configuration.json())
        #expect(file.modelType == "pyramid-detector")
        let again = try PyramidDetectorConfiguration(file, path: "config.json")
        #expect(again.labels == configuration.labels && again.strides == configuration.strides)
        #expect(try again.json() == configuration.json())
    }

    /// Of an odd size, so that maps do not halve evenly.
    @Test(arguments: 0..<4)
    func everyPointOfEveryMapIsACandidate(number: Int) throws {
        let configuration = Self.configurations()[number]
        let (model, _) = try model(configuration)
        let candidates = model.candidates(.random([2, 52, 76, 3]), above: 0)
        #expect(candidates.count == 2)
        // ⌈52 / 8⌉ · ⌈76 / 8⌉ and so on.
        let points = 7 * 10 + 4 * 5 + 2 * 3
        #expect(candidates.allSatisfy { $0.count == 2 * points })
        #expect(candidates[0].allSatisfy { $0.box.width > 0 && $0.confidence > 0 && $0.confidence < 1 })
        #expect(model.candidates(.random([1, 52, 76, 3]), above: 0.9)[0].isEmpty)
    }

    @Test(arguments: 0..<4)
    func foldedModelsFindTheSame(number: Int) throws {
        let configuration = Self.configurations()[number]
        let (model, store) = try model(configuration)
        // Statistics and weights that are not those of the beginning.
        for (number, parameter) in store.parameters.enumerated() where parameter.shape.count == 1 {
            let isVariance = parameter.name.hasSuffix("running_var")
            let values = Tensor.random(parameter.shape, seed: UInt64(number)).floats()
            parameter.update(
                Tensor(
                    zip(values, parameter.value.floats()).map { isVariance ? 1 + $0 * $0 : 0.2 * $0 + $1 },
                    shape: parameter.shape))
        }
        let pictures = Tensor.random([1, 48, 64, 3], seed: 5)
        let (plain, folded) = (
            model.candidates(pictures, above: 0)[0], model.folded().candidates(pictures, above: 0)[0]
        )
        #expect(plain.count == folded.count)
        for (one, other) in zip(plain, folded) {
            #expect(abs(one.confidence - other.confidence) < 1e-4)
            #expect(one.box.intersectionOverUnion(other.box) > 0.999)
        }
    }

    @Test func classifiersComputeWhatTheirTrunksDo() throws {
        let configuration = try #require(Self.configurations().first { $0.strides == [8, 16, 32] })
        let store = ParameterStore(random: RandomSource(seed: 3))
        let trunk = configuration.backbone.makeBackbone(in: store.root)
        #expect(trunk.maps.map(\.stride) == [2, 4, 8, 16, 32])
        #expect(trunk.maps.map(\.width) == [16, 24, 40, 112, 320])
        var updates = BufferUpdates()
        let pictures = Tensor.random([1, 33, 47, 3])
        let maps = trunk.outputs(Array(trunk.maps.suffix(3)), of: pictures, mode: .inference, updates: &updates)
        #expect(maps.map { Array($0.shape) } == [[1, 5, 6, 40], [1, 3, 3, 112], [1, 2, 2, 320]])
        #expect(trunk(pictures, mode: .inference, updates: &updates).floats() == maps[2].floats())
    }

    /// Along its gradient the loss changes by as much as that says, through the whole network. Where there are things, what the
    /// points are to say moves with the weights; so these pictures show nothing.
    @Test func theLossFollowsItsGradient() throws {
        let (model, store) = try model(Self.configurations()[2])
        let pictures = Tensor.random([2, 48, 64, 3])
        let mode = Mode.training(RandomSource(seed: 1))
        let (loss, gradients) = valueAndGradients { model.loss(pictures, [[], []], mode: mode).sum }
        var squares = 0.0
        for parameter in store.parameters {
            guard let gradient = gradients[parameter] else { continue }
            squares += gradient.floats().reduce(0) { $0 + Double($1) * Double($1) }
        }
        // A thousandth of the loss to either side.
        let step = Float(0.001 * Double(loss.scalar) / squares)
        let beginning = store.parameters.map(\.value)
        func value(movedBy step: Float) -> Double {
            for (parameter, value) in zip(store.parameters, beginning) {
                guard let gradient = gradients[parameter] else { continue }
                let moved = zip(value.floats(), gradient.floats()).map { $0 + step * $1 }
                parameter.update(Tensor(moved, shape: parameter.shape))
            }
            return Double(model.loss(pictures, [[], []], mode: mode).sum.scalar)
        }
        let slope = (value(movedBy: step) - value(movedBy: -step)) / Double(2 * step)
        #expect(abs(slope / squares - 1) < 0.02)
    }

    @Test func everyTargetThatCountsIsCounted() throws {
        let (model, store) = try model(Self.configurations()[2])
        let targets: [[DetectionTarget]] = [
            [
                DetectionTarget(classIndex: 1, box: Rectangle(x: 5, y: 6, width: 30, height: 20)),
                DetectionTarget(classIndex: 0, box: Rectangle(x: 40, y: 20, width: 20, height: 24), isIgnored: true),
            ], [],
        ]
        var loss: BatchLoss?
        let (_, gradients) = valueAndGradients {
            let result = model.loss(.random([2, 48, 64, 3]), targets, mode: .training(RandomSource(seed: 1)))
            loss = result
            return result.sum
        }
        #expect(loss?.targetCount == 1 && loss?.itemCount == 2)
        // What says where sides are learns as well as what says classes.
        for name in ["heads.0.sides.weight", "heads.0.classes.weight", "backbone.conv1.weight"] {
            let parameter = try #require(store.parameters.first { $0.name == name })
            #expect(try #require(gradients[parameter]).floats().contains { $0 != 0 }, "\(name)")
        }
    }

    @Test func whatIsIgnoredTeachesNothing() throws {
        let (model, _) = try model(Self.configurations()[2])
        let pictures = Tensor.random([1, 48, 64, 3])
        let everything = Rectangle(x: -1, y: -1, width: 66, height: 50)
        func loss(_ targets: [DetectionTarget]) -> Float {
            model.loss(pictures, [targets], mode: .inference).sum.scalar
        }
        #expect(loss([DetectionTarget(classIndex: 0, box: everything, isIgnored: true)]) == 0)
        #expect(loss([]) > 0)
    }

    @Test(arguments: [[], [8, 24], [7, 14], [64]])
    func impossibleStridesAreRefused(strides: [Int]) throws {
        var configuration = Self.configurations()[2]
        configuration.strides = strides
        #expect(throws: VisionModelError.self) { try configuration.validate(file: "config.json") }
    }

    /// What a damaged or hostile `config.json` may say.
    @Test(arguments: [
        ("\"hidden_size\" : 16", "\"hidden_size\" : 2000000000"), ("\"head_layers\" : 1", "\"head_layers\" : 0"),
        ("\"input_size\"", "\"input_size\" : [4], \"other\""), ("\"small_resnet\"", "\"vit\""),
        ("\"0\" : \"disc\"", "\"7\" : \"disc\""), ("\"stages\" : 3", "\"stages\" : 60"),
    ])
    func impossibleConfigurationsAreRefused(part: String, replacement: String) throws {
        let text = String(decoding: try Self.configurations()[2].json(), as: UTF8.self)
        #expect(text.contains(part), "\(text)")
        let changed = Data(text.replacing(part, with: replacement, maxReplacements: 1).utf8)
        let file = try JSONDecoder().decode(PyramidDetectorConfiguration.File.self, from: changed)
        #expect(throws: VisionModelError.self) { try PyramidDetectorConfiguration(file, path: "config.json") }
    }
}
