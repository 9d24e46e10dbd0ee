import Kernels
import Tensors
import TestKit

@testable import Autograd

/// Convolutions, pooling, batch and group norm, recurrences and losses of the layers that are not a transformer's.
let layerCases: [GradientCase] =
    convolutionCases + poolingCases + channelNormCases + reductionCases + recurrentCases + lossCases

private let convolutionCases: [GradientCase] = [
    GradientCase(
        name: "convolution", inputs: [.random([2, 5, 4, 3]), .random([4, 3, 3, 3], seed: 2), .random([4], seed: 3)]
    ) {
        convolution2d($0[0], Weight($0[1]), bias: $0[2], stride: 2, padding: 1)
    },
    GradientCase(name: "convolution", inputs: [.random([1, 6, 5, 4]), .random([6, 2, 2, 2], seed: 2)]) {
        convolution2d(
            $0[0], Weight($0[1]), padding: Extent2d(height: 2, width: 1), dilation: Extent2d(height: 3, width: 1),
            groups: 2, activation: .silu)
    },
    GradientCase(name: "convolution", inputs: [.random([2, 5, 5, 5]), .random([5, 1, 3, 3], seed: 2)]) {
        convolution2d($0[0], Weight($0[1]), stride: 2, padding: 1, groups: 5)
    },
    GradientCase(
        name: "convolution", inputs: [.random([2, 9, 3]), .random([2, 3, 3], seed: 2), .random([2], seed: 3)]
    ) {
        convolution1d($0[0], Weight($0[1]), bias: $0[2], stride: 2, padding: 2, dilation: 2, activation: .gelu)
    },
    GradientCase(
        name: "transposedConvolution",
        inputs: [.random([1, 3, 4, 4]), .random([4, 3, 3, 2], seed: 2), .random([6], seed: 3)]
    ) {
        transposedConvolution2d(
            $0[0], Weight($0[1]), bias: $0[2], stride: 2, padding: 1,
            outputPadding: Extent2d(height: 1, width: 0), groups: 2, activation: .tanh)
    },
    GradientCase(name: "transposedConvolution", inputs: [.random([2, 5, 3]), .random([3, 2, 4], seed: 2)]) {
        transposedConvolution1d($0[0], Weight($0[1]), stride: 3, padding: 1, outputPadding: 2, dilation: 2)
    },
]

private let poolingCases: [GradientCase] = [
    GradientCase(name: "maximumPool", inputs: [.spread([2, 5, 6, 3])]) {
        maximumPool2d($0[0], kernel: 3, stride: 2, padding: 1)
    },
    GradientCase(name: "maximumPool", inputs: [.spread([1, 7, 5, 2])]) {
        adaptiveMaximumPool2d($0[0], output: Extent2d(height: 3, width: 2))
    },
    GradientCase(name: "maximumPool", inputs: [.spread([2, 7, 3])]) { maximumPool1d($0[0], kernel: 2, roundsUp: true) },
    GradientCase(name: "mapAlongAxis", inputs: [.random([2, 5, 6, 3])]) {
        averagePool2d($0[0], kernel: 3, stride: 2, padding: 1, countsPadding: false)
    },
    GradientCase(name: "mapAlongAxis", inputs: [.random([1, 5, 7, 2])]) {
        adaptiveAveragePool2d($0[0], output: Extent2d(height: 2, width: 3))
    },
    GradientCase(name: "mapAlongAxis", inputs: [.random([1, 4, 3, 2])]) {
        resize($0[0], to: Extent2d(height: 3, width: 7), .bilinear(alignsCorners: false))
    },
    GradientCase(name: "mapAlongAxis", inputs: [.random([1, 4, 3, 2])]) {
        resize($0[0], to: Extent2d(height: 7, width: 5), .bilinear(alignsCorners: true))
    },
    GradientCase(name: "mapAlongAxis", inputs: [.random([1, 4, 6, 2])]) {
        resize($0[0], to: Extent2d(height: 7, width: 4), .bicubic)
    },
    GradientCase(name: "mapAlongAxis", inputs: [.random([1, 4, 2])]) { resize($0[0], toLength: 7, .nearest) },
    GradientCase(name: "mapAlongAxis", inputs: [.random([2, 4, 3])]) {
        pad($0[0], axis: 1, before: 2, after: 1, mode: .reflect)
    },
    GradientCase(name: "mapAlongAxis", inputs: [.random([2, 4, 3])]) {
        flip(tile(pad($0[0], axis: 2, before: 0, after: 2), axis: 0, count: 2), axis: 1)
    },
]

private let channelNormCases: [GradientCase] = [
    GradientCase(name: "groupNorm", inputs: [.random([2, 3, 4, 5]), .random([5], seed: 2), .random([5], seed: 3)]) {
        batchNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 1e-2).result
    },
    GradientCase(name: "groupNorm", inputs: [.random([2, 3, 4, 6]), .random([6], seed: 2), .random([6], seed: 3)]) {
        groupNorm($0[0], groups: 3, weight: $0[1], bias: $0[2], epsilon: 1e-2)
    },
    GradientCase(name: "groupNorm", inputs: [.random([2, 7, 3]), .random([3], seed: 2), .random([3], seed: 3)]) {
        groupNorm($0[0], groups: 3, weight: $0[1], bias: $0[2], epsilon: 1e-2)
    },
    GradientCase(name: "frozenNorm", inputs: [.random([4, 5]), .random([5], seed: 2), .random([5], seed: 3)]) {
        batchNorm(
            $0[0], mean: .random([5], seed: 4), variance: square(.random([5], seed: 5)), weight: $0[1], bias: $0[2],
            epsilon: 0.5)
    },
]

private let reductionCases: [GradientCase] = [
    GradientCase(name: "sumOverAxis", inputs: [.random([2, 3, 4])]) { sum($0[0], axis: 1) },
    GradientCase(name: "sumOverAxis", inputs: [.random([2, 3, 4])]) { mean($0[0], axes: [0, 2], keepsAxes: true) },
    GradientCase(name: "sumOverAxis", inputs: [.random([2, 3, 4])]) { variance($0[0], axis: 2) },
    GradientCase(name: "maximumOverAxis", inputs: [.spread([2, 5, 3])]) { max($0[0], axis: 1) },
    GradientCase(name: "maximumOverAxis", inputs: [.spread([3, 7])]) { min($0[0], axis: 1, keepsAxis: true) },
    GradientCase(name: "multiply", inputs: [.random([3, 8])]) { glu($0[0]) },
]

private let recurrentCases: [GradientCase] = [
    GradientCase(
        name: "recurrence",
        inputs: [
            .random([2, 4, 3]), .random([20, 3], seed: 2), .random([20, 5], seed: 3), .random([20], seed: 4),
            .random([20], seed: 5), .random([2, 5], seed: 6), .random([2, 5], seed: 7),
        ]
    ) {
        let (outputs, hidden, cell) = lstm(
            $0[0], RecurrentWeights($0), hidden: $0[5], cell: $0[6], lengths: [4, 2], isReversed: true)
        return concatenate([reshape(outputs, [8, 5]), hidden, cell], axis: 0)
    },
    GradientCase(
        name: "recurrence",
        inputs: [
            .random([2, 3]), .random([20, 3], seed: 2), .random([20, 5], seed: 3), .random([20], seed: 4),
            .random([20], seed: 5), .random([2, 5], seed: 6), .random([2, 5], seed: 7),
        ]
    ) {
        let (hidden, cell) = lstmStep($0[0], RecurrentWeights($0), hidden: $0[5], cell: $0[6])
        return concatenate([hidden, cell], axis: 0)
    },
    GradientCase(
        name: "recurrence",
        inputs: [
            .random([2, 4, 3]), .random([15, 3], seed: 2), .random([15, 5], seed: 3), .random([15], seed: 4),
            .random([15], seed: 5), .random([2, 5], seed: 6),
        ]
    ) {
        let (outputs, hidden) = gru($0[0], RecurrentWeights($0), hidden: $0[5], lengths: [3, 4])
        return concatenate([reshape(outputs, [8, 5]), hidden], axis: 0)
    },
    GradientCase(
        name: "recurrence",
        inputs: [
            .random([2, 3]), .random([15, 3], seed: 2), .random([15, 5], seed: 3), .random([15], seed: 4),
            .random([15], seed: 5), .random([2, 5], seed: 6),
        ]
    ) {
        gruStep($0[0], RecurrentWeights($0), hidden: $0[5])
    },
]

private let lossCases: [GradientCase] = [
    GradientCase(name: "packSequences", inputs: [.random([3, 4, 2])]) { packSequences($0[0], lengths: [2, 0, 4]) },
    GradientCase(name: "unpackSequences", inputs: [.random([6, 2, 3])]) {
        unpackSequences($0[0], lengths: [2, 0, 4], time: 5)
    },
    GradientCase(name: "ctcLoss", inputs: [.random([2, 6, 4])]) {
        ctcLoss(
            logSoftmax($0[0]), targets: Tensor([1, 1, 2, 3, 9, 9] as [Int32], shape: [2, 3]), inputLengths: [6, 4],
            targetLengths: [3, 1])
    },
    GradientCase(name: "ctcLoss", inputs: [.random([3, 5, 4])]) {
        ctcLosses(
            $0[0], targets: Tensor([1, 2, 0, 0, 3, 3] as [Int32], shape: [3, 2]), inputLengths: [5, 3, 2],
            targetLengths: [2, 0, 2], blank: 0, zeroInfinity: true)
    },
    GradientCase(name: "elementwiseLoss", inputs: [.random([2, 5]), .random([2, 5], seed: 2)]) {
        meanSquaredError($0[0], $0[1])
    },
    GradientCase(name: "elementwiseLoss", inputs: [.random([2, 5]), .random([2, 5], seed: 2)]) {
        smoothL1Loss($0[0], $0[1], beta: 0.3, reduction: .sum)
    },
    GradientCase(name: "elementwiseLoss", inputs: [.random([2, 5]), .random([2, 5], seed: 2)]) {
        huberLoss($0[0], $0[1], delta: 0.3, reduction: nil)
    },
    GradientCase(name: "elementwiseLoss", inputs: [.random([2, 5]), .random([2, 5], seed: 2)]) {
        binaryCrossEntropy(
            withLogits: $0[0], $0[1], positiveWeight: square(.random([5], seed: 3)), reduction: .sum)
    },
    GradientCase(name: "elementwiseLoss", inputs: [.random([2, 5]), .positive([2, 5])]) {
        klDivergence($0[0], $0[1], reduction: .sum)
    },
    GradientCase(
        name: "intersectionLoss",
        inputs: [Tensor([0.2, -0.6, 0.7, 0.1, 1.2, 0.9, -0.3, 0.5, -1, -0.8, -0.9, -1.1] as [Float], shape: [3, 4])]
    ) {
        generalizedIntersectionLoss(
            $0[0], Tensor([2, 0.3, 1.1, 2.2, 1.1, 1.2, 0.4, 2.9, 2, 2.5, 1.5, 3] as [Float], shape: [3, 4]),
            weights: [1, 0.3, 2])
    },
]

extension RecurrentWeights {
    /// From the second to the fifth of a case's inputs.
    fileprivate init(_ inputs: [Tensor]) {
        self.init(
            input: Weight(inputs[1]), recurrent: Weight(inputs[2]), inputBias: inputs[3], recurrentBias: inputs[4])
    }
}

extension Tensor {
    /// Distinct numbers in a random order, no two nearer than 0.1: a small step changes no maximum.
    fileprivate static func spread(_ shape: Shape) -> Tensor {
        var random = RandomSource(seed: 8)
        return Tensor((0..<shape.elementCount).map { Float($0) / 10 }.shuffled(using: &random), shape: shape)
    }

    fileprivate static func positive(_ shape: Shape) -> Tensor {
        Tensor(Tensor.random(shape, seed: 9).floats().map { 1.2 + $0 }, shape: shape)
    }
}
