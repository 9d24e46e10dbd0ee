import Autograd
import Parameters
import Tensors

/// The parameters of a recurrent layer of several levels and one or two directions, named as in PyTorch
/// (`weight_ih_l0`, …, `bias_hh_l1_reverse`), and the way through them.
struct RecurrentStack: Sendable {
    struct Direction: Sendable {
        let inputWeight: Parameter
        let recurrentWeight: Parameter
        let inputBias: Parameter?
        let recurrentBias: Parameter?

        var weights: RecurrentWeights {
            RecurrentWeights(
                input: inputWeight.weight, recurrent: recurrentWeight.weight, inputBias: inputBias?.value,
                recurrentBias: recurrentBias?.value)
        }
    }

    /// By level; the second direction is the reverse one.
    let levels: [[Direction]]
    let width: Int
    let dropout: Float

    init(
        gates: Int, _ inputs: Int, _ width: Int, levels levelCount: Int, bidirectional: Bool, bias: Bool,
        dropout: Float, in scope: ParameterScope
    ) {
        self.width = width
        self.dropout = dropout
        let directions = bidirectional ? ["", "_reverse"] : [""]
        levels = (0..<levelCount).map { level in
            directions.map { suffix in
                func parameter(_ name: String, _ shape: Shape, precision: ParameterScope.Precision) -> Parameter {
                    scope.parameter(
                        "\(name)_l\(level)\(suffix)", shape, .kaimingUniform(fanIn: width), precision: precision)
                }
                let size = level == 0 ? inputs : width * directions.count
                return Direction(
                    inputWeight: parameter("weight_ih", [gates * width, size], precision: .asStored),
                    recurrentWeight: parameter("weight_hh", [gates * width, width], precision: .asStored),
                    inputBias: bias ? parameter("bias_ih", [gates * width], precision: .float32) : nil,
                    recurrentBias: bias ? parameter("bias_hh", [gates * width], precision: .float32) : nil)
            }
        }
    }

    /// - Parameters:
    ///   - states: one tensor `[levels · directions, batch, width]` per kind of state, or none.
    ///   - run: one direction of one level: input, weights, initial states, whether it is reversed → outputs, last states.
    /// - Returns: the outputs of the last level, and its states likewise.
    func callAsFunction(
        _ x: Tensor, states: [Tensor]?, mode: Mode,
        _ run: (Tensor, RecurrentWeights, [Tensor]?, Bool) -> (outputs: Tensor, states: [Tensor])
    ) -> (outputs: Tensor, states: [Tensor]) {
        let batch = x.shape[0]
        var (outputs, last) = (x, [[Tensor]]())
        for (level, directions) in levels.enumerated() {
            if level > 0 { outputs = Autograd.dropout(outputs, probability: dropout, mode: mode.split(UInt64(level))) }
            let results = directions.enumerated().map { index, direction in
                let place = level * directions.count + index
                let initial = states?.map { reshape(slice($0, place..<place + 1), [batch, width]) }
                return run(outputs, direction.weights, initial, index == 1)
            }
            outputs = results.count == 1 ? results[0].outputs : concatenate(results.map(\.outputs), axis: 2)
            last += results.map(\.states)
        }
        let kinds = (last.first ?? []).indices.map { kind in
            concatenate(last.map { reshape($0[kind], [1, batch, width]) }, axis: 0)
        }
        return (outputs, kinds)
    }
}
