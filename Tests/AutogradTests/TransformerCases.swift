import Kernels
import Tensors
import TestKit

@testable import Autograd

/// Arithmetic, products, shapes, and what a transformer is made of.
let transformerCases: [GradientCase] =
    arithmeticCases + functionCases + shapeCases + productCases + normalizationCases + lossCases + headCases
    + attentionCases

private let arithmeticCases: [GradientCase] = [
    GradientCase(name: "add", inputs: [.random([3, 5]), .random([3, 5], seed: 2)]) { add($0[0], $0[1]) },
    GradientCase(name: "add", inputs: [.random([3, 5]), .random([5], seed: 2)]) { add($0[0], $0[1]) },
    GradientCase(name: "add", inputs: [.random([7])]) { add($0[0], $0[0]) },
    GradientCase(name: "add", inputs: [.random([4]), .random([2, 3, 4], seed: 2)]) { add($0[0], $0[1]) },
    GradientCase(name: "add", inputs: [.random([2, 3]), .random([], seed: 2)]) { add($0[0], $0[1]) },
    GradientCase(name: "subtract", inputs: [.random([9]), .random([9], seed: 2)]) { subtract($0[0], $0[1]) },
    GradientCase(name: "subtract", inputs: [.random([3, 1]), .random([1, 5], seed: 2)]) { subtract($0[0], $0[1]) },
    GradientCase(name: "multiply", inputs: [.random([2, 3]), .random([2, 3], seed: 2)]) { multiply($0[0], $0[1]) },
    GradientCase(name: "multiply", inputs: [.random([6])]) { multiply($0[0], $0[0]) },
    GradientCase(name: "multiply", inputs: [.random([2, 3, 4]), .random([1, 3, 1], seed: 2)]) {
        multiply($0[0], $0[1])
    },
    GradientCase(name: "multiply", inputs: [.random([2, 3, 4]), .random([1, 1, 4], seed: 2)]) {
        multiply($0[0], $0[1])
    },
    GradientCase(name: "divide", inputs: [.random([2, 3]), .positive([2, 3])]) { divide($0[0], $0[1]) },
    GradientCase(name: "divide", inputs: [.random([2, 3]), .positive([3])]) { divide($0[0], $0[1]) },
    GradientCase(name: "divide", inputs: [.random([3]), .positive([2, 1])]) { divide($0[0], $0[1]) },
    GradientCase(name: "scale", inputs: [.random([4])]) { scale($0[0], by: -2.5) },
    GradientCase(name: "sum", inputs: [.random([4, 2])]) { sum($0[0]) },
    GradientCase(name: "sum", inputs: [.random([4, 2])]) { mean($0[0]) },
]

private let functionCases: [GradientCase] = [
    GradientCase(name: "gelu", inputs: [.random([19])]) { gelu($0[0]) },
    GradientCase(name: "geluTanh", inputs: [.random([19])]) { geluTanh($0[0]) },
    GradientCase(name: "silu", inputs: [.random([19])]) { silu($0[0]) },
    GradientCase(name: "relu", inputs: [.awayFromZero([19])]) { relu($0[0]) },
    // Away from both corners.
    GradientCase(name: "relu6", inputs: [Tensor([-9, -0.5, 0.5, 3, 5.5, 6.5, 9] as [Float], shape: [7])]) {
        relu6($0[0])
    },
    GradientCase(name: "tanh", inputs: [.random([19])]) { tanh($0[0]) },
    GradientCase(name: "sigmoid", inputs: [.random([19])]) { activate($0[0], .sigmoid) },
    GradientCase(name: "exp", inputs: [.random([19])]) { exp($0[0]) },
    GradientCase(name: "log", inputs: [.positive([19])]) { log($0[0]) },
    GradientCase(name: "sqrt", inputs: [.positive([19])]) { sqrt($0[0]) },
    GradientCase(name: "reciprocalSquareRoot", inputs: [.positive([19])]) { reciprocalSquareRoot($0[0]) },
    GradientCase(name: "square", inputs: [.random([19])]) { square($0[0]) },
    GradientCase(name: "absolute", inputs: [.awayFromZero([19])]) { absolute($0[0]) },
    GradientCase(name: "negate", inputs: [.random([19])]) { negate($0[0]) },
    GradientCase(name: "reciprocal", inputs: [.positive([19])]) { reciprocal($0[0]) },
    GradientCase(name: "gatedSiLU", inputs: [.random([3, 7]), .random([3, 7], seed: 2)]) { gatedSiLU($0[0], $0[1]) },
    GradientCase(name: "dropout", inputs: [.random([5, 17])]) {
        dropout($0[0], probability: 0.4, mode: .training(RandomSource(seed: 3)))
    },
]

private let shapeCases: [GradientCase] = [
    GradientCase(name: "reshape", inputs: [.random([2, 6])]) { reshape($0[0], [3, 4]) },
    GradientCase(name: "slice", inputs: [.random([5, 2])]) { slice($0[0], 1..<3) },
    GradientCase(name: "slice", inputs: [.random([2, 5, 3])]) { slice($0[0], axis: 1, range: 2..<4) },
    GradientCase(name: "slice", inputs: [.random([2, 6])]) {
        let parts = split($0[0], extents: [1, 3, 2], axis: 1)
        return add(multiply(parts[0], parts[1]), sum(parts[2]))
    },
    GradientCase(name: "concatenate", inputs: [.random([2, 1, 3]), .random([2, 4, 3], seed: 2)]) {
        concatenate([$0[0], $0[1], $0[0]], axis: 1)
    },
    GradientCase(name: "permute", inputs: [.random([2, 3, 4])]) { permute($0[0], [2, 0, 1]) },
    GradientCase(name: "permute", inputs: [.random([2, 3, 4])]) { transpose($0[0], 0, 1) },
    GradientCase(name: "permute", inputs: [.random([1, 3, 4])]) { byHead($0[0], heads: 2) },
    GradientCase(name: "gather", inputs: [.random([4, 3])]) {
        gather($0[0], rows: Tensor([2, 0, 2, 3, 2] as [Int32], shape: [5]))
    },
    GradientCase(name: "embedding", inputs: [.random([4, 3])]) {
        embedding(Tensor([1, 1, 0, 3] as [Int32], shape: [2, 2]), Weight($0[0]))
    },
]

private let productCases: [GradientCase] = [
    GradientCase(name: "linear", inputs: [.random([2, 3, 5]), .random([4, 5], seed: 2), .random([4], seed: 3)]) {
        linear($0[0], Weight($0[1]), bias: $0[2])
    },
    GradientCase(name: "linear", inputs: [.random([3, 5]), .random([4, 5], seed: 2), .random([3, 4], seed: 3)]) {
        linear($0[0], Weight($0[1]), residual: $0[2])
    },
    GradientCase(
        name: "linear",
        inputs: [.random([3, 5]), .random([4, 5], seed: 2), .random([4], seed: 3), .random([3, 4], seed: 4)]
    ) {
        linear($0[0], Weight($0[1]), bias: $0[2], activation: .gelu, residual: $0[3])
    },
    GradientCase(name: "linear", inputs: [.random([2, 3, 5]), .random([5, 4], seed: 2), .random([4], seed: 3)]) {
        linear($0[0], Weight($0[1], isTransposed: true), bias: $0[2], activation: .geluTanh)
    },
    GradientCase(name: "linear", inputs: [.random([3, 5]), .random([4, 5], seed: 2)]) {
        linear($0[0], Weight($0[1]), activation: .sigmoid)
    },
    // A tied weight: its gradient is the sum of both uses.
    GradientCase(name: "linear", inputs: [.random([4, 3])]) {
        linear(embedding(Tensor([1, 1, 3] as [Int32], shape: [3]), Weight($0[0])), Weight($0[0]))
    },
    GradientCase(name: "matrixProduct", inputs: [.random([2, 3]), .random([3, 4], seed: 2)]) {
        matrixProduct($0[0], $0[1])
    },
    GradientCase(name: "matrixProduct", inputs: [.random([3, 2]), .random([3, 4], seed: 2)]) {
        matrixProduct($0[0], $0[1], transposeA: true)
    },
    GradientCase(name: "matrixProduct", inputs: [.random([2, 3]), .random([4, 3], seed: 2)]) {
        matrixProduct($0[0], $0[1], transposeB: true)
    },
    GradientCase(name: "matrixProduct", inputs: [.random([3, 2]), .random([4, 3], seed: 2)]) {
        matrixProduct($0[0], $0[1], transposeA: true, transposeB: true)
    },
]

private let normalizationCases: [GradientCase] = [
    GradientCase(name: "layerNorm", inputs: [.random([3, 9]), .random([9], seed: 2), .random([9], seed: 3)]) {
        layerNorm($0[0], weight: $0[1], bias: $0[2])
    },
    GradientCase(name: "layerNorm", inputs: [.random([2, 2, 20]), .random([20], seed: 2)]) {
        layerNorm($0[0], weight: $0[1], epsilon: 1e-3)
    },
    GradientCase(name: "rmsNorm", inputs: [.random([3, 21]), .random([21], seed: 2)]) {
        rmsNorm($0[0], weight: $0[1], epsilon: 1e-5)
    },
    GradientCase(name: "softmax", inputs: [.random([3, 7])]) { softmax($0[0]) },
    GradientCase(name: "softmax", inputs: [.random([2, 33])]) { softmax($0[0]) },
    GradientCase(name: "logSoftmax", inputs: [.random([3, 7])]) { logSoftmax($0[0]) },
    GradientCase(name: "logSoftmax", inputs: [.random([2, 33])]) { logSoftmax($0[0]) },
]

private let targets = Tensor([4, 0, -100, 2, 4, 1] as [Int32], shape: [2, 3])

private let spreadTargets = Tensor([0.25, 0, 0.75, 0, 0, 1, 0, 0, 0.1, 0.2, 0.3, 0.4] as [Float], shape: [3, 4])

private let lossCases: [GradientCase] = [
    GradientCase(name: "crossEntropy", inputs: [.random([2, 3, 5])]) { crossEntropy($0[0], targets, ignoring: -100) },
    GradientCase(name: "crossEntropy", inputs: [.random([2, 3, 5])]) {
        crossEntropy($0[0], targets, ignoring: -100, labelSmoothing: 0.1, reduction: .sum)
    },
    GradientCase(name: "crossEntropy", inputs: [.random([3, 4])]) {
        crossEntropy($0[0], weights: spreadTargets, labelSmoothing: 0.1)
    },
]

private let headCases: [GradientCase] = [
    GradientCase(name: "linearCrossEntropy", inputs: [.random([2, 3, 4]), .random([5, 4], seed: 2)]) {
        linearCrossEntropy($0[0], Weight($0[1]), targets, ignoring: -100, labelSmoothing: 0.1)
    },
    GradientCase(name: "linearCrossEntropy", inputs: [.random([2, 3, 4]), .random([5, 4], seed: 2)]) {
        linearCrossEntropy($0[0], Weight($0[1]), targets, ignoring: -100, reduction: .sum)
    },
]

private let attentionCases: [GradientCase] = [
    GradientCase(name: "rotaryEmbedding", inputs: [.random([2, 3, 12])]) {
        rotaryEmbedding(
            $0[0], cosines: .random([6, 3], seed: 5), sines: .random([6, 3], seed: 6), heads: 2, offsets: [0, 3])
    },
    GradientCase(
        name: "attention", inputs: [.random([2, 3, 8]), .random([2, 5, 8], seed: 2), .random([2, 5, 8], seed: 3)]
    ) {
        attention($0[0], $0[1], $0[2], heads: 2)
    },
    GradientCase(
        name: "attention", inputs: [.random([2, 3, 12]), .random([2, 4, 6], seed: 2), .random([2, 4, 6], seed: 3)]
    ) {
        attention($0[0], $0[1], $0[2], heads: 4, keyHeads: 2, isCausal: true, scale: 0.7)
    },
    GradientCase(
        name: "attention", inputs: [.random([3, 2, 4]), .random([1, 3, 4], seed: 2), .random([1, 3, 4], seed: 3)]
    ) {
        attention($0[0], $0[1], $0[2], heads: 1)
    },
    GradientCase(
        name: "attention", inputs: [.random([2, 2, 4]), .random([2, 3, 4], seed: 2), .random([2, 3, 4], seed: 3)]
    ) {
        let hidden = -Float.infinity
        return attention(
            $0[0], $0[1], $0[2], heads: 2, mask: Tensor([0, 0, hidden, hidden, 0.5, 0], shape: [2, 3]))
    },
    GradientCase(
        name: "attention", inputs: [.random([2, 3, 4]), .random([2, 3, 4], seed: 2), .random([2, 3, 4], seed: 3)]
    ) {
        attention($0[0], $0[1], $0[2], heads: 2, isCausal: true, mask: .random([1, 2, 3, 3], seed: 4))
    },
    GradientCase(
        name: "attention", inputs: [.random([2, 5, 4]), .random([2, 5, 4], seed: 2), .random([2, 5, 4], seed: 3)]
    ) {
        attention($0[0], $0[1], $0[2], heads: 2, isCausal: true, window: 2, softCap: 0.5)
    },
    GradientCase(
        name: "attention", inputs: [.random([2, 3, 4]), .random([1, 3, 4], seed: 2), .random([1, 3, 4], seed: 3)]
    ) {
        attention($0[0], keysByHead: byHead($0[1], heads: 2), valuesByHead: byHead($0[2], heads: 2))
    },
    // Long enough for the path with packed keys.
    GradientCase(
        name: "attention", inputs: [.random([1, 23, 6]), .random([1, 23, 6], seed: 2), .random([1, 23, 6], seed: 3)]
    ) {
        attention($0[0], $0[1], $0[2], heads: 2, isCausal: true)
    },
]

extension Tensor {
    /// Uniform in 0.5...1.5.
    fileprivate static func positive(_ shape: Shape) -> Tensor { add(scale(.random(shape, seed: 7), by: 0.5), one) }

    /// Uniform in ±0.1...±1.1, where functions with a kink at 0 have a slope.
    fileprivate static func awayFromZero(_ shape: Shape) -> Tensor {
        Tensor(random(shape, seed: 8).floats().map { $0 + ($0 < 0 ? -0.1 : 0.1) }, shape: shape)
    }

    private static var one: Tensor { Tensor([1] as [Float], shape: []) }
}
