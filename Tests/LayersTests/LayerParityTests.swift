import Autograd
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import Layers

/// Values and gradients as PyTorch has them (`Tests/Reference/layer_fixtures.py`).
struct LayerParityTests {
    let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(path: Repository.file("Tests/Fixtures/layers/layers.safetensors").path)
    }

    private func tensor(_ name: String) throws -> Tensor { try #require(try file.tensor(named: name), "\(name)") }

    @Test(arguments: referenceCases)
    func valuesAndGradientsAreThoseOfPyTorch(test: ReferenceCase) throws {
        final class Key: Sendable {}
        let prefix = "\(test.name)/input/"
        let inputs = try file.names.filter { $0.hasPrefix(prefix) }.map { name in
            (key: String(name.dropFirst(prefix.count)), value: try tensor(name), identity: Key())
        }
        var constants: [String: Tensor] = [:]
        for name in file.names where name.hasPrefix(test.name + "/") { constants[name] = try tensor(name) }
        let (expected, coefficients) = (
            try tensor("\(test.name)/result"), try tensor("\(test.name)/coefficients")
        )
        let tape = Tape()
        let (result, gradients) = Tape.$current.withValue(tape) {
            let leaves = inputs.map { ($0.key, tape.leaf($0.value, key: ObjectIdentifier($0.identity))) }
            let values = constants.merging(leaves) { $1 }
            let result = test.compute(ReferenceTensors(values: values))
            let loss = sum(
                multiply(reshape(result, [result.elementCount]), coefficients.viewed(as: [result.elementCount])))
            return (result, tape.gradients(of: loss))
        }
        #expect(result.shape == expected.shape)
        let difference = largestRelativeDifference(result.floats(), expected.floats())
        #expect(difference < 1e-5, "result")
        // Without a tape, kernels may do more at once.
        let untracked = test.compute(
            ReferenceTensors(values: constants.merging(inputs.map { ($0.key, $0.value) }) { $1 }))
        #expect(largestRelativeDifference(untracked.floats(), expected.floats()) < 1e-5, "result without a tape")
        for input in inputs {
            let gradient = try #require(gradients[ObjectIdentifier(input.identity)], "gradient of \(input.key)")
            let expected = try tensor("\(test.name)/gradient/\(input.key)")
            #expect(gradient.shape == expected.shape)
            #expect(
                largestRelativeDifference(gradient.floats(), expected.floats()) < 5e-5, "gradient of \(input.key)")
        }
    }

    /// A case that PyTorch made and nobody reads would be no case.
    @Test func everyCaseOfTheFixtureIsRun() {
        let made = Set(file.names.filter { $0.hasSuffix("/coefficients") }.map { String($0.dropLast(13)) })
        #expect(made == Set(referenceCases.map(\.name)))
    }

    @Test func runningStatisticsAreThoseOfPyTorch() throws {
        let names = ["weight": "input/weight", "bias": "input/bias", "running_mean": "mean", "running_var": "variance"]
        let tensors = try names.mapValues { try tensor("batchNorm/\($0)") }
        let layer = BatchNorm(6, in: .reading(tensors))
        var updates = BufferUpdates()
        let x = try tensor("batchNorm/input/x")
        let result = layer(x, mode: .training(RandomSource(seed: 1)), updates: &updates)
        #expect(largestRelativeDifference(result.floats(), try tensor("batchNorm/result").floats()) < 1e-5)
        // A value until it is applied.
        expectClose(layer.runningMean.value, try tensor("batchNorm/mean"))
        updates.apply()
        expectClose(layer.runningMean.value, try tensor("batchNorm/mean-after"))
        expectClose(layer.runningVariance.value, try tensor("batchNorm/variance-after"))
    }

    @Test func impossibleAlignmentsAreInfinite() throws {
        let logits = try tensor("ctc-infinite/logits")
        let losses = ctcLosses(
            logSoftmax(logits),
            targets: Tensor([1, 1, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 2, 2, 0, 1, 2, 3, 4] as [Int32], shape: [5, 4]),
            inputLengths: [7, 5, 4, 5, 3], targetLengths: [3, 0, 1, 3, 4])
        let expected = try tensor("ctc-infinite/result").floats()
        #expect(expected.last == .infinity)
        expectClose(losses.floats(), expected)
    }
}
