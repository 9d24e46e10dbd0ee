import Autograd
import Checkpoints
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// A small random model, and what `transformers` makes of it.
protocol ReferenceFixture {
    var network: any CausalLanguageModel { get }
    var store: ParameterStore { get }
    var expected: SafetensorsFile { get }
}

extension ReferenceFixture {
    func tensor(_ name: String) throws -> Tensor { try #require(try expected.tensor(named: name)) }

    /// The tokens that go in, and for each the one that should come out; `[sequences, time]` both.
    func tokens() throws -> (inputs: Tensor, targets: Tensor) {
        let tokens = try tensor("tokens")
        return Self.split(tokens.integers(), sequences: tokens.shape[0])
    }

    static func split(_ tokens: [Int32], sequences: Int) -> (inputs: Tensor, targets: Tensor) {
        let time = tokens.count / sequences - 1
        func part(from first: Int) -> Tensor {
            var part: [Int32] = []
            for sequence in 0..<sequences {
                let start = sequence * (time + 1) + first
                part += tokens[start..<start + time]
            }
            return Tensor(part, shape: [sequences, time])
        }
        return (part(from: 0), part(from: 1))
    }

    // MARK: What every model is held to

    func expectLogits() throws {
        let logits = network.logits(network(try tokens().inputs))
        #expect(largestRelativeDifference(logits.floats(), try tensor("logits").floats()) < 1e-5)
    }

    func expectLossAndGradients() throws {
        let (inputs, targets) = try tokens()
        let (loss, gradients) = valueAndGradients { network.loss(inputs, targets: targets) }
        #expect(abs(loss.scalar - (try tensor("loss").scalar)) < 1e-5)
        #expect(store.parameters.count == expected.names.filter { $0.hasPrefix("gradient.") }.count)
        for parameter in store.parameters {
            let expected = try tensor("gradient.\(parameter.name)").floats()
            let found = try #require(gradients[parameter])
            #expect(found.floats().contains { $0 != 0 }, "\(parameter.name)")
            #expect(largestRelativeDifference(found.floats(), expected) < 1e-4, "\(parameter.name)")
        }
    }

    func expectDropoutInTrainingOnly() throws {
        let (inputs, targets) = try tokens()
        func loss(_ mode: Mode, _ dropout: Float) -> Float {
            network.loss(inputs, targets: targets, mode: mode, dropout: dropout).scalar
        }
        let mode = Mode.training(RandomSource(seed: 1))
        let plain = loss(.inference, 0)
        #expect(loss(.inference, 0.5) == plain)
        #expect(abs(loss(mode, 0) - plain) < 1e-5)
        #expect(loss(mode, 0.5) != plain)
        #expect(loss(mode, 0.5) == loss(mode, 0.5))
        #expect(loss(mode, 0.5) != loss(.training(RandomSource(seed: 2)), 0.5))
    }
}
