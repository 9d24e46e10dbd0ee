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
        try LlamaFixture(name).expectLogits()
    }

    @Test(arguments: LlamaFixture.namesWithGradients)
    func lossAndGradientsAreThoseOfPyTorch(name: String) throws {
        try LlamaFixture(name).expectLossAndGradients()
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
        try LlamaFixture("plain").expectDropoutInTrainingOnly()
    }
}
