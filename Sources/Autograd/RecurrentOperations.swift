import Kernels
public import Tensors

/// The weights of one direction of one recurrent layer in PyTorch's layout.
///
/// Shapes, with G = 4 for an LSTM (input, forget, cell, output gate) and 3 for a GRU (reset, update, new gate): `input`
/// `[G · width, inputs]`, `recurrent` `[G · width, width]`, the biases `[G · width]`.
public struct RecurrentWeights: Sendable {
    public var input: Weight
    public var recurrent: Weight
    public var inputBias: Tensor?
    public var recurrentBias: Tensor?

    public init(input: Weight, recurrent: Weight, inputBias: Tensor? = nil, recurrentBias: Tensor? = nil) {
        self.input = input
        self.recurrent = recurrent
        self.inputBias = inputBias
        self.recurrentBias = recurrentBias
    }
}

/// A long short-term memory over whole sequences (Hochreiter and Schmidhuber 1997, with forget gates).
///
/// c = forget · c + input · tanh-gate, h = output · tanh(c). Shapes: `x` `[batch, time, inputs]`; `hidden` and `cell`
/// `[batch, width]`, zeros unless given; → every step's hidden state `[batch, time, width]` and the last hidden state and
/// cell.
///
/// - Parameters:
///   - lengths: steps of each sequence, all unless given. Beyond them the results are zero and the state stays.
///   - isReversed: from the last step to the first; the last state is then that of the first step.
public func lstm(
    _ x: Tensor, _ weights: RecurrentWeights, hidden: Tensor? = nil, cell: Tensor? = nil, lengths: [Int]? = nil,
    isReversed: Bool = false
) -> (outputs: Tensor, hidden: Tensor, cell: Tensor) {
    let results = recurrent(.lstm, x, weights, [hidden, cell], lengths, isReversed)
    return (results[0], results[1], results[2])
}

/// One step of ``lstm(_:_:hidden:cell:lengths:isReversed:)``. Shapes: `x` `[batch, inputs]`, states `[batch, width]`.
public func lstmStep(
    _ x: Tensor, _ weights: RecurrentWeights, hidden: Tensor, cell: Tensor
) -> (hidden: Tensor, cell: Tensor) {
    let results = recurrent(.lstm, sequence(x), weights, [hidden, cell], nil, false)
    return (results[1], results[2])
}

/// A gated recurrent unit over whole sequences (Cho et al. 2014), with the reset gate after the product, as in PyTorch.
///
/// n = tanh(Wx + b + reset · (Uh + c)), h = (1 - update) · n + update · h. Shapes and parameters as for
/// ``lstm(_:_:hidden:cell:lengths:isReversed:)``.
public func gru(
    _ x: Tensor, _ weights: RecurrentWeights, hidden: Tensor? = nil, lengths: [Int]? = nil, isReversed: Bool = false
) -> (outputs: Tensor, hidden: Tensor) {
    let results = recurrent(.gru, x, weights, [hidden], lengths, isReversed)
    return (results[0], results[1])
}

/// One step of ``gru(_:_:hidden:lengths:isReversed:)``. Shapes: `x` `[batch, inputs]`, `hidden` `[batch, width]`.
public func gruStep(_ x: Tensor, _ weights: RecurrentWeights, hidden: Tensor) -> Tensor {
    recurrent(.gru, sequence(x), weights, [hidden], nil, false)[1]
}

private func sequence(_ x: Tensor) -> Tensor {
    precondition(x.rank == 2, "a recurrent step: a shape of \(x.shape) is not [batch, inputs]")
    return reshape(x, [x.shape[0], 1, x.shape[1]])
}

/// - Returns: the hidden states of all steps, then the last states in the order of `initial`.
private func recurrent(
    _ cell: Recurrence.Cell, _ x: Tensor, _ weights: RecurrentWeights, _ initial: [Tensor?], _ lengths: [Int]?,
    _ isReversed: Bool
) -> [Tensor] {
    let width = weights.recurrent.shape[1]
    let gates: Shape = [cell.gateCount * width]
    precondition(
        x.rank == 3 && weights.recurrent.shape == [gates[0], width] && weights.input.shape == [gates[0], x.shape[2]]
            && weights.recurrentBias?.shape ?? gates == gates,
        """
        \(cell): an input of shape \(x.shape) does not fit weights of the shapes \(weights.input.shape) and \
        \(weights.recurrent.shape)
        """)
    let (batch, time) = (x.shape[0], x.shape[1])
    let states = initial.map { state in
        precondition(
            state?.shape ?? [batch, width] == [batch, width],
            "\(cell): the initial states must have the shape [\(batch), \(width)]")
        return state ?? Tensor(repeating: 0, shape: [batch, width])
    }
    let recurrence = Recurrence(
        cell: cell, batch: batch, time: time, width: width, isReversed: isReversed, lengths: lengths)
    // All steps' products with the inputs at once.
    let inputs = linear(x, weights.input, bias: weights.inputBias)
    let run = RecurrentRun(recurrence, inputs, weights.recurrent, weights.recurrentBias, states)
    let result = Tape.record(
        run.result(), inputs: [inputs, weights.recurrent.tensor] + states + [weights.recurrentBias].compactMap { $0 },
        RecurrentOperation(run: run, weight: weights.recurrent.tensor, hasBias: weights.recurrentBias != nil))
    let (all, one) = (batch * time * width, batch * width)
    return [reshape(slice(result, 0..<all), [batch, time, width])]
        + states.indices.map { reshape(slice(result, all + $0 * one..<all + ($0 + 1) * one), [batch, width]) }
}

/// What forward leaves for backward.
struct RecurrentRun: Sendable {
    let recurrence: Recurrence
    /// Hidden state and cell before the first step, behind each other.
    let initial: Tensor
    let saved: Tensor
    let cells: Tensor?
    let hidden: Tensor

    init(
        _ recurrence: Recurrence, _ inputs: Tensor, _ weight: Weight, _ bias: Tensor?, _ states: [Tensor]
    ) {
        let (batch, time, width) = (recurrence.batch, recurrence.time, recurrence.width)
        let matrix = weight.matrix
        let initial = Tensor(states.flatMap { $0.floats() }, shape: [states.count, batch, width])
        var (saved, cells): (Tensor?, Tensor?) = (nil, nil)
        hidden = Tensor(
            shape: [batch, time, width],
            initializingFloats: { hiddenPointer in
                saved = Tensor(
                    shape: [recurrence.savedCount],
                    initializingFloats: { savedPointer in
                        func forward(_ cellPointer: UnsafeMutablePointer<Float>?) {
                            inputs.withFloats { inputPointer in
                                initial.withFloats { initialPointer in
                                    withOptionalFloats(bias) {
                                        recurrence.forward(
                                            inputs: inputPointer, weight: matrix, bias: $0, initial: initialPointer,
                                            saved: savedPointer, cells: cellPointer, hidden: hiddenPointer)
                                    }
                                }
                            }
                        }
                        if recurrence.cell == .lstm {
                            cells = Tensor(shape: [batch, time, width], initializingFloats: { forward($0) })
                        } else {
                            forward(nil)
                        }
                    })
            })
        guard let saved else { preconditionFailure("the gates are made together with the hidden states") }
        self.recurrence = recurrence
        self.initial = initial
        self.saved = saved
        self.cells = cells
    }

    private var lastStep: Int { recurrence.isReversed ? 0 : recurrence.time - 1 }

    /// Every step's hidden state, then the last states, all behind each other.
    func result() -> Tensor {
        let (batch, time, width) = (recurrence.batch, recurrence.time, recurrence.width)
        let states = [hidden] + [cells].compactMap { $0 }
        return Tensor(
            shape: [batch * width * (time + states.count)],
            initializingFloats: { result in
                hidden.withFloats { result.update(from: $0, count: batch * time * width) }
                if recurrence.lengths != nil {
                    forEachPlace { sequence, step in
                        if recurrence.isActive(sequence, step) { return }
                        (result + (sequence * time + step) * width).initialize(repeating: 0, count: width)
                    }
                }
                var target = result + batch * time * width
                for (index, state) in states.enumerated() {
                    state.withFloats { source in
                        initial.withFloats { initialSource in
                            for sequence in 0..<batch {
                                target.update(
                                    from: time == 0
                                        ? initialSource + (index * batch + sequence) * width
                                        : source + (sequence * time + lastStep) * width, count: width)
                                target += width
                            }
                        }
                    }
                }
            })
    }

    /// The hidden state before each step, `[batch · time, width]`.
    func hiddenBefore() -> Tensor {
        let (batch, time, width) = (recurrence.batch, recurrence.time, recurrence.width)
        return Tensor(
            shape: [batch * time, width],
            initializingFloats: { result in
                hidden.withFloats { source in
                    initial.withFloats { initialSource in
                        forEachPlace { sequence, step in
                            let before = recurrence.previous(step)
                            (result + (sequence * time + step) * width).update(
                                from: (0..<time).contains(before)
                                    ? source + (sequence * time + before) * width : initialSource + sequence * width,
                                count: width)
                        }
                    }
                }
            })
    }

    private func forEachPlace(_ body: (Int, Int) -> Void) {
        for sequence in 0..<recurrence.batch { for step in 0..<recurrence.time { body(sequence, step) } }
    }
}

/// An LSTM or a GRU over whole sequences: back through time in one go.
struct RecurrentOperation: Operation {
    let name = "recurrence"
    let run: RecurrentRun
    let weight: Tensor
    let hasBias: Bool

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let recurrence = run.recurrence
        let (batch, time, width) = (recurrence.batch, recurrence.time, recurrence.width)
        let (all, gates) = (batch * time * width, recurrence.cell.gateCount * width)
        let stateCount = run.initial.shape[0]
        let isLSTM = recurrence.cell == .lstm
        let transposed = weight.converted(to: .float32).withFloats {
            PackedMatrix(transposing: $0, outputs: width, inputs: gates)
        }
        var (inputs, sums): (Tensor?, Tensor?) = (nil, nil)
        let states = Tensor(
            shape: [stateCount, batch, width],
            initializingFloats: { stateGradient in
                gradient.withFloats { gradientPointer in
                    stateGradient.update(from: gradientPointer + all, count: stateCount * batch * width)
                    func backward(
                        _ inputsGradient: UnsafeMutablePointer<Float>, _ sumsGradient: UnsafeMutablePointer<Float>
                    ) {
                        run.saved.withFloats { saved in
                            run.hidden.withFloats { hidden in
                                run.initial.withFloats { initial in
                                    withOptionalFloats(run.cells) { cells in
                                        recurrence.backward(
                                            weight: transposed, initial: initial, saved: saved, cells: cells,
                                            hidden: hidden, hiddenGradient: gradientPointer,
                                            stateGradient: stateGradient, inputsGradient: inputsGradient,
                                            sumsGradient: sumsGradient)
                                    }
                                }
                            }
                        }
                    }
                    sums = Tensor(
                        shape: [batch * time, gates],
                        initializingFloats: { sumsGradient in
                            if isLSTM {
                                backward(sumsGradient, sumsGradient)
                            } else {
                                inputs = Tensor(
                                    shape: [batch, time, gates], initializingFloats: { backward($0, sumsGradient) })
                            }
                        })
                }
            })
        guard let sums else { preconditionFailure("the gradients of the sums are made with those of the states") }
        return [
            inputs ?? sums.viewed(as: [batch, time, gates]),
            wanted[1]
                ? Arithmetic.matrixProduct(sums, run.hiddenBefore(), transposeA: true, transposeB: false) : nil,
        ] + (0..<stateCount).map { states.leadingSlice($0..<$0 + 1).viewed(as: [batch, width]) }
            + (hasBias ? [Convolving.biasGradient(sums)] : [])
    }
}
