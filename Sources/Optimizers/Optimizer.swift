import Kernels
public import Parameters
public import Tensors

/// Changes parameters along their gradients. A value: what it remembers between steps is its ``state``.
public protocol Optimizer: Sendable {
    /// Every parameter that it changes, in the order of its groups.
    var parameters: [Parameter] { get }

    /// One step. A parameter without a gradient stays as it is.
    ///
    /// - Parameters:
    ///   - factor: what each gradient is multiplied by, ``GradientSum/factor(limitingNorm:to:)`` for one.
    mutating func step(_ gradients: GradientSum, factor: Float, learningRate: Double)

    /// All that a resumed run needs to go on to the same bits.
    var state: OptimizerState { get }

    /// Takes up a state of the same parameters. Throws ``OptimizerStateMismatch`` and then changes nothing.
    mutating func restore(_ state: OptimizerState) throws
}

/// What an optimizer remembers: the number of steps done, and tensors by name (`first_moment.` and the parameter's name).
public struct OptimizerState: Sendable {
    public var step: Int
    public var tensors: [String: Tensor]

    public init(step: Int, tensors: [String: Tensor]) {
        self.step = step
        self.tensors = tensors
    }

    /// The tensors whose names begin with `kind` and a dot, one for each parameter; none for parameters that had no
    /// gradient yet.
    func tensors(_ kind: String, of parameters: [Parameter]) throws -> [Tensor?] {
        let found = parameters.map { tensors["\(kind).\($0.name)"] }
        let misshaped = zip(parameters, found).filter { parameter, tensor in
            tensor.map { $0.shape != parameter.shape || $0.elementType != .float32 } ?? false
        }
        let known = Set(parameters.map { "\(kind).\($0.name)" })
        let unused = tensors.keys.filter { $0.hasPrefix("\(kind).") && !known.contains($0) }
        guard misshaped.isEmpty, unused.isEmpty else {
            throw OptimizerStateMismatch(misshaped: misshaped.map(\.0.name), unused: unused.sorted())
        }
        return found
    }

    mutating func add(_ kind: String, _ values: [Tensor?], of parameters: [Parameter]) {
        for (parameter, value) in zip(parameters, values) { tensors["\(kind).\(parameter.name)"] = value }
    }
}

/// A stored state that belongs to other parameters.
public struct OptimizerStateMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    /// Parameters whose stored tensors have another shape or element type.
    public let misshaped: [String]
    /// Stored tensors of parameters that the optimizer does not have.
    public let unused: [String]

    public init(misshaped: [String], unused: [String]) {
        (self.misshaped, self.unused) = (misshaped, unused)
    }

    public var description: String {
        var parts: [String] = []
        if !misshaped.isEmpty { parts.append("of another shape for \(Self.list(misshaped))") }
        if !unused.isEmpty { parts.append("not known: \(Self.list(unused))") }
        return "the stored optimizer state does not fit the model: \(parts.joined(separator: "; "))"
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(6).joined(separator: ", ") + (names.count > 6 ? " and \(names.count - 6) more" : "")
    }
}
