public import Autograd
public import Parameters
public import Tensors

/// A gated recurrent unit of one or several levels, in one or both directions, with PyTorch's parameter names and gate
/// order.
///
/// Shapes: `[batch, time, inputs]` → `[batch, time, directions · width]`; states `[levels · directions, batch, width]`.
public struct GRU: Sendable {
    private let stack: RecurrentStack

    /// - Parameter dropout: the probability between levels, in training.
    public init(
        _ inputs: Int, _ width: Int, levels: Int = 1, bidirectional: Bool = false, bias: Bool = true,
        dropout: Float = 0, in scope: ParameterScope
    ) {
        stack = RecurrentStack(
            gates: 3, inputs, width, levels: levels, bidirectional: bidirectional, bias: bias, dropout: dropout,
            in: scope)
    }

    /// - Parameters:
    ///   - state: zeros unless given.
    ///   - lengths: steps of each sequence, all unless given; beyond them the outputs are zero.
    public func callAsFunction(
        _ x: Tensor, state: Tensor? = nil, lengths: [Int]? = nil, mode: Mode = .inference
    ) -> (outputs: Tensor, state: Tensor) {
        let (outputs, states) = stack(x, states: state.map { [$0] }, mode: mode) { x, weights, initial, isReversed in
            let result = gru(x, weights, hidden: initial?[0], lengths: lengths, isReversed: isReversed)
            return (result.outputs, [result.hidden])
        }
        return (outputs, states[0])
    }
}
