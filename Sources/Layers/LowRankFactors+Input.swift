public import Autograd
import Parameters
import Tensors

/// Runs `body` with dropout in adapters, as `mode` has it.
///
/// Layers take no mode as an argument, and models do not know which of them have adapters; so the mode of a training step
/// reaches these as the tape does.
public func withAdapterDropout<Result>(_ mode: Mode, _ body: () throws -> Result) rethrows -> Result {
    try AdapterMode.$current.withValue(mode) { try body() }
}

private enum AdapterMode {
    @TaskLocal static var current = Mode.inference
}

extension LowRankFactors {
    /// What the second factor is applied to: s (dropout(x) Aᵀ). Shapes: `[…, inputs]` → `[…, rank]`.
    func inner(_ x: Tensor) -> Tensor {
        let kept = dropout > 0 ? Autograd.dropout(x, probability: dropout, mode: AdapterMode.current.split(stream)) : x
        return Autograd.scale(linear(kept, down.weight), by: scale)
    }
}
