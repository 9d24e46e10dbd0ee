import Autograd
import Tensors
import TestKit
import Testing

@Suite struct WeightedCrossEntropyTests {
    private let logits = Tensor([0.5, -1, 2, 0, 3, -2, 0.25, 1, -0.5] as [Float], shape: [3, 3])

    @Test(arguments: [Float(0), 0.1], [Reduction.mean, .sum])
    func oneClassEachIsTheCrossEntropyOfTargets(_ smoothing: Float, _ reduction: Reduction) {
        let targets = Tensor([2, 0, 1] as [Int32], shape: [3])
        let weights = Tensor([0, 0, 1, 1, 0, 0, 0, 1, 0] as [Float], shape: [3, 3])
        let expected = crossEntropy(logits, targets, labelSmoothing: smoothing, reduction: reduction).scalar
        let found = crossEntropy(logits, weights: weights, labelSmoothing: smoothing, reduction: reduction).scalar
        #expect(abs(found - expected) < 1e-6)
    }

    @Test func sharesAddUp() {
        let (first, second) = (Tensor([2, 0, 1] as [Int32], shape: [3]), Tensor([1, 0, 2] as [Int32], shape: [3]))
        let weights = Tensor([0, 0.25, 0.75, 1, 0, 0, 0, 0.75, 0.25] as [Float], shape: [3, 3])
        let expected =
            0.75 * crossEntropy(logits, first, reduction: .sum).scalar
            + 0.25 * crossEntropy(logits, second, reduction: .sum).scalar
        #expect(abs(crossEntropy(logits, weights: weights, reduction: .sum).scalar - expected) < 1e-5)
    }
}
