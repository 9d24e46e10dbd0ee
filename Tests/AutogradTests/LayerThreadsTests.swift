import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

/// Serialized because the thread count is the process'; other suites give the same results whatever it is.
@Suite(.serialized) struct LayerThreadsTests {
    @Test(arguments: KernelLevel.supported)
    func resultsDoNotDependOnTheThreads(level: KernelLevel) {
        let count = Threads.count
        defer { Threads.setCount(count) }
        let results = [1, 2, 5].map { threads in
            Threads.setCount(threads)
            return KernelLevel.force(level) { layerCases.flatMap { bits($0) } + bits(largeConvolution) }
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    private let largeConvolution = GradientCase(
        name: "convolution",
        inputs: [.random([2, 40, 40, 24]), .random([40, 24, 3, 3], seed: 2), .random([40], seed: 3)]
    ) {
        let x = convolution2d($0[0], Weight($0[1]), bias: $0[2], stride: 2, padding: 1)
        let norm = groupNorm(x, groups: 8, weight: $0[2], bias: $0[2])
        let weight = Weight(slice(reshape($0[1], [960, 1, 3, 3]), 0..<40))
        return maximumPool2d(convolution2d(norm, weight, groups: 40), kernel: 2)
    }

    /// The bits of a case's result and of its gradients.
    private func bits(_ test: GradientCase) -> [UInt32] {
        final class Key: Sendable {}
        let keys = test.inputs.map { _ in Key() }
        let tape = Tape()
        return Tape.$current.withValue(tape) {
            let result = test.compute(zip(test.inputs, keys).map { tape.leaf($0, key: ObjectIdentifier($1)) })
            let gradients = tape.gradients(of: sum(multiply(result, .random(result.shape, seed: 99))))
            return ([result] + keys.compactMap { gradients[ObjectIdentifier($0)] }).flatMap { tensor in
                tensor.floats().map(\.bitPattern)
            }
        }
    }
}
