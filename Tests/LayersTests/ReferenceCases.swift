import Autograd
import Kernels
import Tensors

@testable import Layers

/// What is computed of a case's tensors: its inputs, by key, and its constants, by path.
struct ReferenceCase: Sendable, CustomStringConvertible {
    let name: String
    let compute: @Sendable (ReferenceTensors) -> Tensor

    var description: String { name }
}

/// The tensors of one case in `Tests/Fixtures/layers`.
struct ReferenceTensors: Sendable {
    let values: [String: Tensor]

    subscript(key: String) -> Tensor {
        guard let value = values[key] else { preconditionFailure("the fixture has no \(key)") }
        return value
    }

    func weight(_ key: String = "weight") -> Weight { Weight(self[key]) }

    /// One direction of one level of a recurrent layer.
    func recurrent(_ suffix: String) -> RecurrentWeights {
        RecurrentWeights(
            input: weight("weight_ih_\(suffix)"), recurrent: weight("weight_hh_\(suffix)"),
            inputBias: self["bias_ih_\(suffix)"], recurrentBias: self["bias_hh_\(suffix)"])
    }
}

let referenceCases: [ReferenceCase] = convolutionCases + poolingCases + normCases + recurrentCases + lossCases

private let convolutionCases: [ReferenceCase] = [
    ReferenceCase(name: "convolution2d") {
        convolution2d($0["x"], $0.weight(), bias: $0["bias"], stride: 2, padding: 1)
    },
    ReferenceCase(name: "convolution2d-groups") {
        convolution2d(
            $0["x"], $0.weight(), bias: $0["bias"], stride: Extent2d(height: 1, width: 2),
            padding: Extent2d(height: 2, width: 1), dilation: Extent2d(height: 2, width: 1), groups: 2,
            activation: .silu)
    },
    ReferenceCase(name: "convolution2d-depthwise") {
        convolution2d($0["x"], $0.weight(), bias: $0["bias"], padding: 1, groups: 19, activation: .relu)
    },
    ReferenceCase(name: "convolution1d") {
        convolution1d(
            $0["x"], $0.weight(), bias: $0["bias"], stride: 2, padding: 2, dilation: 2, groups: 2, activation: .gelu)
    },
    ReferenceCase(name: "transposedConvolution2d") {
        transposedConvolution2d(
            $0["x"], $0.weight(), bias: $0["bias"], stride: Extent2d(height: 2, width: 3),
            padding: Extent2d(height: 1, width: 0), outputPadding: Extent2d(height: 1, width: 2), groups: 2)
    },
    ReferenceCase(name: "transposedConvolution1d") {
        transposedConvolution1d($0["x"], $0.weight(), bias: $0["bias"], stride: 2, padding: 1, dilation: 2)
    },
]

private let poolingCases: [ReferenceCase] =
    [
        ReferenceCase(name: "maximumPool") {
            maximumPool2d($0["x"], kernel: 3, stride: 2, padding: 1, roundsUp: true)
        },
        ReferenceCase(name: "averagePool") {
            averagePool2d(
                $0["x"], kernel: Extent2d(height: 3, width: 2), stride: 2, padding: 1, roundsUp: true)
        },
        ReferenceCase(name: "averagePool-uncounted") {
            averagePool2d($0["x"], kernel: 3, stride: 2, padding: 1, countsPadding: false)
        },
        ReferenceCase(name: "adaptiveAveragePool") {
            adaptiveAveragePool2d($0["x"], output: Extent2d(height: 3, width: 4))
        },
        ReferenceCase(name: "adaptiveMaximumPool") {
            adaptiveMaximumPool2d($0["x"], output: Extent2d(height: 3, width: 4))
        },
    ]
    + [Extent2d(height: 4, width: 13), Extent2d(height: 15, width: 6)].flatMap { size in
        let kinds: [(String, Resampling)] = [
            ("nearest", .nearest), ("nearestCenter", .nearestCenter), ("bilinear", .bilinear(alignsCorners: false)),
            ("bilinear-corners", .bilinear(alignsCorners: true)), ("bicubic", .bicubic),
        ]
        return kinds.map { name, resampling in
            ReferenceCase(name: "\(name)-\(size.height)x\(size.width)") { resize($0["x"], to: size, resampling) }
        }
    }

private let normCases: [ReferenceCase] = [
    ReferenceCase(name: "batchNorm") { batchNorm($0["x"], weight: $0["weight"], bias: $0["bias"]).result },
    ReferenceCase(name: "batchNorm-inference") {
        batchNorm(
            $0["x"], mean: $0["batchNorm-inference/mean"], variance: $0["batchNorm-inference/variance"],
            weight: $0["weight"], bias: $0["bias"])
    },
    ReferenceCase(name: "groupNorm") { groupNorm($0["x"], groups: 3, weight: $0["weight"], bias: $0["bias"]) },
    ReferenceCase(name: "instanceNorm") { groupNorm($0["x"], groups: 6, weight: $0["weight"], bias: $0["bias"]) },
]

private let recurrentCases: [ReferenceCase] = [("", nil), ("-lengths", [7, 3, 5])].flatMap {
    (suffix: String, lengths: [Int]?) in
    [
        ReferenceCase(name: "lstm" + suffix) { tensors in
            bothWays(tensors, states: ["hidden", "cell"]) { x, suffix, states, isReversed in
                let result = lstm(
                    x, tensors.recurrent(suffix), hidden: states[0], cell: states[1], lengths: lengths,
                    isReversed: isReversed)
                return [result.outputs, result.hidden, result.cell]
            }
        },
        ReferenceCase(name: "gru" + suffix) { tensors in
            bothWays(tensors, states: ["hidden"]) { x, suffix, states, isReversed in
                let result = gru(
                    x, tensors.recurrent(suffix), hidden: states[0], lengths: lengths, isReversed: isReversed)
                return [result.outputs, result.hidden]
            }
        },
    ]
}

/// Two levels in both directions; all results behind each other.
private func bothWays(
    _ tensors: ReferenceTensors, states: [String], _ run: (Tensor, String, [Tensor], Bool) -> [Tensor]
) -> Tensor {
    var (x, last) = (tensors["x"], [[Tensor]]())
    for level in 0..<2 {
        let results = [false, true].map { isReversed in
            let place = 2 * level + (isReversed ? 1 : 0)
            let initial = states.map { reshape(slice(tensors[$0], place..<place + 1), [3, 6]) }
            return run(x, "l\(level)\(isReversed ? "_reverse" : "")", initial, isReversed)
        }
        x = concatenate(results.map { $0[0] }, axis: 2)
        last += results.map { Array($0.dropFirst()) }
    }
    let parts = [x] + states.indices.flatMap { kind in last.map { $0[kind] } }
    return concatenate(parts.map { reshape($0, [$0.elementCount]) }, axis: 0)
}

private let spellings = (
    targets: Tensor([1, 1, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 2, 2, 0, 1, 2, 3, 4] as [Int32], shape: [5, 4]),
    frames: [7, 5, 4, 5, 3], labels: [3, 0, 1, 3, 4]
)

private let lossCases: [ReferenceCase] = [
    ReferenceCase(name: "ctc-mean") {
        ctcLoss(
            logSoftmax($0["logits"]), targets: spellings.targets, inputLengths: spellings.frames,
            targetLengths: spellings.labels, zeroInfinity: true)
    },
    ReferenceCase(name: "ctc-sum") {
        ctcLoss(
            logSoftmax($0["logits"]), targets: spellings.targets, inputLengths: spellings.frames,
            targetLengths: spellings.labels, reduction: .sum, zeroInfinity: true)
    },
    ReferenceCase(name: "ctc-none") {
        ctcLosses(
            logSoftmax($0["logits"]), targets: spellings.targets, inputLengths: spellings.frames,
            targetLengths: spellings.labels, zeroInfinity: true)
    },
    ReferenceCase(name: "meanSquaredError") { meanSquaredError($0["x"], $0["target"]) },
    ReferenceCase(name: "smoothL1") { smoothL1Loss($0["x"], $0["target"], beta: 0.7, reduction: .sum) },
    ReferenceCase(name: "huber") { huberLoss($0["x"], $0["target"], delta: 0.7, reduction: nil) },
    ReferenceCase(name: "binaryCrossEntropy") {
        binaryCrossEntropy(
            withLogits: $0["x"], $0["target"], positiveWeight: $0["binaryCrossEntropy/weights"])
    },
    ReferenceCase(name: "klDivergence") { klDivergence($0["x"], $0["target"], reduction: .sum) },
    ReferenceCase(name: "glu") { glu($0["x"]) },
    ReferenceCase(name: "variance") { variance($0["x"], axis: 1) },
    ReferenceCase(name: "maximum") { max($0["x"], axis: 1) },
    ReferenceCase(name: "minimum") { min($0["x"], axis: 2) },
    ReferenceCase(name: "mean") { mean($0["x"], axes: [0, 2]) },
]
