public import Tensors

/// Everything in which a checkpoint and a model disagree.
public struct ParameterMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    public struct ShapeMismatch: Sendable, Equatable {
        public let name: String
        public let expected: Shape
        public let stored: Shape
    }

    /// Names that the model needs and the checkpoint lacks.
    public let missing: [String]
    /// Names in the checkpoint that the model does not know.
    public let unused: [String]
    public let misshaped: [ShapeMismatch]
    /// Names that hold integers where the model needs floating-point numbers.
    public let integers: [String]

    var isEmpty: Bool { missing.isEmpty && unused.isEmpty && misshaped.isEmpty && integers.isEmpty }

    public var description: String { "the weights do not fit the model's configuration: " + differences }

    var differences: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("\(missing.count) missing: \(Self.list(missing))") }
        if !unused.isEmpty { parts.append("\(unused.count) not known to the model: \(Self.list(unused))") }
        if !misshaped.isEmpty {
            let shapes = misshaped.map { "\($0.name) is \($0.stored), expected \($0.expected)" }
            parts.append("\(misshaped.count) of another shape: \(Self.list(shapes))")
        }
        if !integers.isEmpty { parts.append("\(integers.count) of integers: \(Self.list(integers))") }
        return parts.joined(separator: "; ")
    }

    private static func list(_ names: [String], limit: Int = 6) -> String {
        let shown = names.prefix(limit).joined(separator: ", ")
        return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
    }
}
