public import Autograd
public import Parameters
public import Tensors

/// A long short-term memory of one or several levels, in one or both directions, with PyTorch's parameter names and gate
/// order.
///
/// Shapes: `[batch, time, inputs]` → `[batch, time, directions · width]`.
public struct LSTM: Sendable {
    /// What the last step leaves. Shapes: `[levels · directions, batch, width]`.
    public struct State: Sendable {
        public var hidden: Tensor
        public var cell: Tensor

        public init(hidden: Tensor, cell: Tensor) {
            self.hidden = hidden
            self.cell = cell
        }
    }

    private let stack: RecurrentStack

    /// - Parameter dropout: the probability between levels, in training.
    public init(
        _ inputs: Int, _ width: Int, levels: Int = 1, bidirectional: Bool = false, bias: Bool = true,
        dropout: Float = 0, in scope: ParameterScope
    ) {
        stack = RecurrentStack(
            gates: 4, inputs, width, levels: levels, bidirectional: bidirectional, bias: bias, dropout: dropout,
            in: scope)
    }

    /// - Parameters:
    ///   - state: zeros unless given.
    ///   - lengths: steps of each sequence, all unless given; beyond them the outputs are zero.
    public func callAsFunction(
        _ x: Tensor, state: State? = nil, lengths: [Int]? = nil, mode: Mode = .inference
    ) -> (outputs: Tensor, state: State) {
        let (outputs, states) = stack(x, states: state.map { [$0.hidden, $0.cell] }, mode: mode) {
            x, weights, initial, isReversed in
            let result = lstm(
                x, weights, hidden: initial?[0], cell: initial?[1], lengths: lengths, isReversed: isReversed)
            return (result.outputs, [result.hidden, result.cell])
        }
        return (outputs, State(hidden: states[0], cell: states[1]))
    }
}
