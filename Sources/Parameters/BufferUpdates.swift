public import Tensors

/// New values of buffers that a pass in training computed: running statistics. Values until somebody applies them, so a
/// pass changes no model, and a step that is given up leaves no trace.
public struct BufferUpdates: Sendable {
    private var values: [(buffer: Parameter, value: Tensor)] = []

    public init() {}

    /// The value that `buffer` has after the updates so far.
    public func value(of buffer: Parameter) -> Tensor {
        values.last { $0.buffer === buffer }?.value ?? buffer.value
    }

    public mutating func set(_ buffer: Parameter, to value: Tensor) {
        values.removeAll { $0.buffer === buffer }
        values.append((buffer, value))
    }

    /// Gives every buffer its new value.
    public func apply() {
        for (buffer, value) in values { buffer.update(value) }
    }
}
