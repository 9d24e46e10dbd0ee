import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

/// Sums are made in an order that shapes alone decide, so one thread gives the same bits as two.
@Suite(.serialized) struct TransformerThreadsTests {
    private final class Key: Sendable {}

    /// Operations at sizes that several chunks share.
    static let cases: [GradientCase] = [
        GradientCase(
            name: "linear", inputs: [.random([300, 200]), .random([150, 200], seed: 2), .random([150], seed: 3)]
        ) {
            linear($0[0], Weight($0[1]), bias: $0[2], activation: .silu)
        },
        GradientCase(name: "matrixProduct", inputs: [.random([1500, 70]), .random([1500, 90], seed: 2)]) {
            matrixProduct($0[0], $0[1], transposeA: true)
        },
        GradientCase(name: "multiply", inputs: [.random([300, 500]), .random([500], seed: 2)]) {
            multiply($0[0], $0[1])
        },
        GradientCase(name: "gatedSiLU", inputs: [.random([300, 200]), .random([300, 200], seed: 2)]) {
            gatedSiLU($0[0], $0[1])
        },
        GradientCase(
            name: "layerNorm", inputs: [.random([700, 130]), .random([130], seed: 2), .random([130], seed: 3)]
        ) {
            layerNorm($0[0], weight: $0[1], bias: $0[2])
        },
        GradientCase(name: "rmsNorm", inputs: [.random([700, 130]), .random([130], seed: 2)]) {
            rmsNorm($0[0], weight: $0[1], epsilon: 1e-5)
        },
        GradientCase(name: "softmax", inputs: [.random([300, 200])]) { softmax($0[0]) },
        GradientCase(name: "logSoftmax", inputs: [.random([300, 200])]) { logSoftmax($0[0]) },
        GradientCase(name: "embedding", inputs: [.random([50, 300])]) {
            embedding(Tensor((0..<200).map { Int32($0 * 7 % 50) }, shape: [200]), Weight($0[0]))
        },
        GradientCase(name: "crossEntropy", inputs: [.random([300, 200])]) {
            crossEntropy($0[0], Tensor((0..<300).map { Int32($0 % 200) }, shape: [300]))
        },
        GradientCase(name: "linearCrossEntropy", inputs: [.random([400, 60]), .random([9000, 60], seed: 2)]) {
            linearCrossEntropy($0[0], Weight($0[1]), Tensor((0..<400).map { Int32($0 * 11) }, shape: [400]))
        },
        GradientCase(name: "rotaryEmbedding", inputs: [.random([4, 100, 96])]) {
            rotaryEmbedding(
                $0[0], cosines: .random([100, 16], seed: 5), sines: .random([100, 16], seed: 6), heads: 3,
                offsets: [0, 0, 0, 0])
        },
        GradientCase(
            name: "attention",
            inputs: [.random([2, 150, 128]), .random([2, 150, 64], seed: 2), .random([2, 150, 64], seed: 3)]
        ) {
            attention($0[0], $0[1], $0[2], heads: 4, keyHeads: 2, isCausal: true)
        },
        GradientCase(name: "attention", inputs: [.random([3, 80, 64]), .random([1, 90, 64], seed: 2)]) {
            attention($0[0], $0[1], $0[1], heads: 2)
        },
        GradientCase(name: "dropout", inputs: [.random([300, 200])]) {
            dropout($0[0], probability: 0.4, mode: .training(RandomSource(seed: 3)))
        },
    ]

    @Test(arguments: cases)
    func bitsDoNotDependOnThreads(test: GradientCase) {
        let outer = Threads.count
        defer { Threads.setCount(outer) }
        func results(threads: Int) -> [[UInt32]] {
            Threads.setCount(threads)
            let keys = test.inputs.map { _ in Key() }
            let tape = Tape()
            return Tape.$current.withValue(tape) {
                let leaves = zip(test.inputs, keys).map { tape.leaf($0, key: ObjectIdentifier($1)) }
                let output = test.compute(leaves)
                let gradients = tape.gradients(of: sum(multiply(output, .random(output.shape, seed: 99))))
                return ([output] + keys.map { gradients[ObjectIdentifier($0)]! }).map { $0.floats().map(\.bitPattern) }
            }
        }
        let alone = results(threads: 1)
        #expect(results(threads: 2) == alone)
        #expect(results(threads: 3) == alone)
    }
}
