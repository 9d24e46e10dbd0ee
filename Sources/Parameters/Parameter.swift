import Autograd
import Synchronization
public import Tensors

/// A named, trainable value of a model. Its name is the path under which checkpoints store it.
public final class Parameter: Sendable {
    public enum Role: Sendable, Hashable {
        /// Changed by an optimizer.
        case weight
        /// Stored with the model, not trained: running statistics, fixed tables.
        case buffer
        /// A weight that this training leaves as it is: it costs neither a gradient nor an optimizer's memory.
        case frozen
    }

    public let name: String
    public let shape: Shape
    public let role: Role
    /// Of a matrix that stands as `[inputs, outputs]` (``Weight/isTransposed``).
    public let isTransposed: Bool
    private let stored: Mutex<Weight>

    init(name: String, weight: Weight, role: Role) {
        self.name = name
        shape = weight.shape
        self.role = role
        isTransposed = weight.isTransposed
        stored = Mutex(weight)
    }

    /// The current value, tracked by the tape that is recording, if any.
    public var value: Tensor { weight.tensor }

    /// The current value with its packed form, for products.
    public var weight: Weight {
        let weight = stored.withLock { $0 }
        guard role == .weight, let tape = Tape.current else { return weight }
        return weight.followed(as: tape.leaf(weight.tensor, key: ObjectIdentifier(self)))
    }

    /// Replaces the value; packed forms of the old one are dropped.
    public func update(_ value: Tensor) {
        precondition(value.shape == shape, "\(name) has the shape \(shape), not \(value.shape)")
        stored.withLock { $0 = Weight(value, isTransposed: isTransposed) }
    }
}

/// The gradients of a loss, by parameter.
public struct Gradients: Sendable {
    private let values: [ObjectIdentifier: Tensor]

    init(_ values: [ObjectIdentifier: Tensor]) {
        self.values = values
    }

    /// Gradients that were computed elsewhere, one for each of `parameters`, or nil.
    public init(of parameters: [Parameter], _ values: [Tensor?]) {
        self.values = Dictionary(
            uniqueKeysWithValues: zip(parameters, values).compactMap { parameter, value in
                value.map { (ObjectIdentifier(parameter), $0) }
            })
    }

    /// Nil where the loss does not depend on `parameter`.
    public subscript(parameter: Parameter) -> Tensor? { values[ObjectIdentifier(parameter)] }
}

/// Computes a scalar loss and its gradient with respect to every parameter that it depends on.
///
/// Gradients are values: nothing is stored on parameters, and second derivatives do not exist.
public func valueAndGradients(_ loss: () throws -> Tensor) rethrows -> (value: Tensor, gradients: Gradients) {
    let tape = Tape()
    let value = try Tape.$current.withValue(tape) { try loss() }
    return (value, Gradients(tape.gradients(of: value)))
}
