import Autograd
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

struct LlamaParityTests {
    @Test(arguments: LlamaFixture.names)
    func logitsAreThoseOfTransformers(name: String) throws {
        let fixture = try LlamaFixture(name)
        let logits = fixture.model.logits(fixture.model(try fixture.tokens().inputs))
        #expect(largestRelativeDifference(logits.floats(), try fixture.tensor("logits").floats()) < 1e-5)
    }

    @Test(arguments: LlamaFixture.namesWithGradients)
    func lossAndGradientsAreThoseOfPyTorch(name: String) throws {
        let fixture = try LlamaFixture(name)
        let (inputs, targets) = try fixture.tokens()
        let (loss, gradients) = valueAndGradients { fixture.model.loss(inputs, targets: targets) }
        #expect(abs(loss.scalar - (try fixture.tensor("loss").scalar)) < 1e-5)
        #expect(fixture.store.parameters.count == fixture.expected.names.filter { $0.hasPrefix("gradient.") }.count)
        for parameter in fixture.store.parameters {
            let expected = try fixture.tensor("gradient.\(parameter.name)").floats()
            let found = try #require(gradients[parameter])
            #expect(found.floats().contains { $0 != 0 })
            #expect(largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
        }
    }

    /// Ten steps of plain gradient descent on a whole small model.
    @Test func tenTrainingLossesAreThoseOfPyTorch() throws {
        struct Training: Decodable {
            let model: String
            let rate: Float
            let batches: [[[Int32]]]
            let losses: [Float]
        }
        let training = try JSONDecoder().decode(
            Training.self, from: Data(contentsOf: LlamaFixture.folder.appendingPathComponent("training.json")))
        let fixture = try LlamaFixture(training.model)
        #expect(training.losses.count == 10)
        for (batch, expected) in zip(training.batches, training.losses) {
            let (inputs, targets) = LlamaFixture.split(batch.flatMap { $0 }, sequences: batch.count)
            let (loss, gradients) = valueAndGradients { fixture.model.loss(inputs, targets: targets) }
            // Ten large steps make rounding grow.
            #expect(abs(loss.scalar - expected) < 1e-4 * expected)
            for parameter in fixture.store.parameters {
                let gradient = try #require(gradients[parameter])
                parameter.update(subtract(parameter.value, scale(gradient, by: training.rate)))
            }
        }
    }

    @Test func dropoutDropsInTrainingOnly() throws {
        let fixture = try LlamaFixture("plain")
        let (inputs, targets) = try fixture.tokens()
        let mode = Mode.training(RandomSource(seed: 1))
        func loss(_ mode: Mode, _ dropout: Float) -> Float {
            fixture.model.loss(inputs, targets: targets, mode: mode, dropout: dropout).scalar
        }
        let plain = loss(.inference, 0)
        #expect(loss(.inference, 0.5) == plain)
        #expect(abs(loss(mode, 0) - plain) < 1e-5)
        #expect(loss(mode, 0.5) != plain)
        #expect(loss(mode, 0.5) == loss(mode, 0.5))
        #expect(loss(mode, 0.5) != loss(.training(RandomSource(seed: 2)), 0.5))
    }
}
