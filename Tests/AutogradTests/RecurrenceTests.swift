import Foundation
import Kernels
import Tensors
import TestKit
import Testing

@testable import Autograd

struct RecurrenceTests {
    private let batch = 3
    private let time = 4
    private let inputs = 5

    private func weights(gates: Int, width: Int) -> RecurrentWeights {
        RecurrentWeights(
            input: Weight(.random([gates * width, inputs], seed: 2)),
            recurrent: Weight(.random([gates * width, width], seed: 3)),
            inputBias: .random([gates * width], seed: 4), recurrentBias: .random([gates * width], seed: 5))
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// weight · x + bias, one number per gate and element.
    private func affine(_ weight: Tensor, _ bias: Tensor?, _ x: [Double]) -> [Double] {
        let (values, biases) = (weight.floats(), bias?.floats() ?? [])
        return (0..<weight.shape[0]).map { row in
            x.indices.reduce(Double(biases[row])) { $0 + Double(values[row * x.count + $1]) * x[$1] }
        }
    }

    @Test(arguments: KernelLevel.supported, [1, 8, 19])
    func agreesWithItsDefinition(level: KernelLevel, width: Int) {
        KernelLevel.force(level) {
            let x = Tensor.random([batch, time, inputs])
            let (h0, c0) = (Tensor.random([batch, width], seed: 6), Tensor.random([batch, width], seed: 7))
            for isReversed in [false, true] {
                for isLSTM in [false, true] {
                    let w = weights(gates: isLSTM ? 4 : 3, width: width)
                    var expected = [Double](repeating: 0, count: batch * time * width)
                    var last: [Double] = []
                    for sequence in 0..<batch {
                        var h = h0.floats()[sequence * width..<(sequence + 1) * width].map(Double.init)
                        var c = c0.floats()[sequence * width..<(sequence + 1) * width].map(Double.init)
                        for step in isReversed ? Array((0..<time).reversed()) : Array(0..<time) {
                            let start = (sequence * time + step) * inputs
                            let a = affine(
                                w.input.tensor, w.inputBias, x.floats()[start..<start + inputs].map(Double.init))
                            let b = affine(w.recurrent.tensor, w.recurrentBias, h)
                            for j in 0..<width {
                                func sum(_ gate: Int) -> Double { a[gate * width + j] + b[gate * width + j] }
                                if isLSTM {
                                    c[j] = sigmoid(sum(1)) * c[j] + sigmoid(sum(0)) * Foundation.tanh(sum(2))
                                    h[j] = sigmoid(sum(3)) * Foundation.tanh(c[j])
                                } else {
                                    let new = Foundation.tanh(a[2 * width + j] + sigmoid(sum(0)) * b[2 * width + j])
                                    h[j] = (1 - sigmoid(sum(1))) * new + sigmoid(sum(1)) * h[j]
                                }
                            }
                            for j in 0..<width { expected[(sequence * time + step) * width + j] = h[j] }
                        }
                        last += h
                    }
                    let (outputs, hidden) =
                        isLSTM
                        ? { ($0.outputs, $0.hidden) }(lstm(x, w, hidden: h0, cell: c0, isReversed: isReversed))
                        : gru(x, w, hidden: h0, isReversed: isReversed)
                    expectNear(outputs, expected.map { Float($0) })
                    expectNear(hidden, last.map { Float($0) })
                }
            }
        }
    }

    /// Step by step it is the same as at once; a shorter sequence is as if the rest were not there.
    @Test func stepsAndLengthsAgreeWithWholeSequences() {
        let width = 6
        let x = Tensor.random([2, time, inputs])
        let (zero, lstmWeights) = (Tensor(repeating: 0, shape: [2, width]), weights(gates: 4, width: width))
        let whole = lstm(x, lstmWeights)
        var (hidden, cell) = (zero, zero)
        for step in 0..<time {
            let frame = reshape(slice(x, axis: 1, range: step..<step + 1), [2, inputs])
            (hidden, cell) = lstmStep(frame, lstmWeights, hidden: hidden, cell: cell)
        }
        expectClose(hidden, whole.hidden)
        expectClose(cell, whole.cell)

        let gruWeights = weights(gates: 3, width: width)
        for isReversed in [false, true] {
            let padded = gru(x, gruWeights, lengths: [time, 2], isReversed: isReversed)
            let short = gru(
                slice(slice(x, 1..<2), axis: 1, range: 0..<2), gruWeights, isReversed: isReversed)
            expectClose(slice(slice(padded.outputs, 1..<2), axis: 1, range: 0..<2), short.outputs)
            expectClose(slice(padded.hidden, 1..<2), short.hidden)
            #expect(slice(slice(padded.outputs, 1..<2), axis: 1, range: 2..<time).floats().allSatisfy { $0 == 0 })
        }
        #expect(gru(x, gruWeights, lengths: [0, 1]).hidden.floats().prefix(width).allSatisfy { $0 == 0 })
    }
}
