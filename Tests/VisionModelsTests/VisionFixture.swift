import Autograd
import Checkpoints
import Foundation
import Layers
import Parameters
import Tensors
import TestKit
import Testing

@testable import VisionModels

/// Small random models and what PyTorch makes of them (`Tests/Reference/vision_fixtures.py`).
struct VisionFixture {
    static let names = ["resnet-basic", "resnet-bottleneck", "resnet-first", "resnet-small", "vit", "vit-plain"]
    static let folder = Repository.file("Tests/Fixtures/vision")

    let model: any ImageClassificationModel
    let store: ParameterStore
    let expected: SafetensorsFile

    init(_ name: String) throws {
        let folder = try ModelFolder(Self.folder.appendingPathComponent(name))
        let files = try ClassifierFiles(folder)
        store = ParameterStore(reading: files.weights)
        model = try files.configuration.makeModel(in: store)
        expected = try SafetensorsFile(path: folder.url.appendingPathComponent("expected.safetensors").path)
    }

    func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    /// Numbers between -1 and 1 that depend on nothing but their place, as the script makes them.
    static func formula(_ count: Int, number: Int) -> [Float] {
        (0..<count).map { index in
            let value = UInt64(index) &* 2_654_435_761 &+ UInt64(number + 1) &* 40_503
            return Float(Double(value & 0xFFFF_FFFF) / 2_147_483_648 - 1)
        }
    }

    /// A model folder below what `TRIPTYCH_DATA` leads to, or beside it.
    static func dataFolder(_ path: String) -> URL? {
        let root = ProcessInfo.processInfo.environment["TRIPTYCH_DATA"].map { URL(fileURLWithPath: $0) }
        return [root, root?.deletingLastPathComponent()].compactMap { $0?.appendingPathComponent(path) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }
}

/// The loss of training on one batch, its gradients, and what running statistics become.
func trainingStep(
    _ model: any ImageClassificationModel, _ pictures: Tensor, targets: Tensor
) -> (loss: Float, gradients: Gradients, updates: BufferUpdates) {
    var updates = BufferUpdates()
    let (loss, gradients) = valueAndGradients {
        crossEntropy(model(pictures, mode: .training(RandomSource(seed: 1)), updates: &updates), targets)
    }
    return (loss.scalar, gradients, updates)
}
