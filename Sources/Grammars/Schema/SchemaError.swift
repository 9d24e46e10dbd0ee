public import JSON

/// Why a text cannot be held to a JSON schema. Places are JSON pointers into the schema, as `#/properties/age`.
public enum SchemaError: Error, Sendable, Equatable, CustomStringConvertible {
    case notJSON(JSONError)
    /// A keyword that is not known, or not followed here: ignoring it could let invalid text through.
    case unsupported(pointer: String, reason: String)
    case invalid(pointer: String, found: String, expected: String)
    case unsatisfiable(pointer: String, reason: String)
    case unresolvedReference(pointer: String, String)
    /// A reference that leads back to itself without any value in between.
    case circularReference(pointer: String)
    /// Two alternatives of a `oneOf` that one value might satisfy both.
    case overlappingAlternatives(pointer: String, first: Int, second: Int)
    case pattern(pointer: String, pattern: String, offset: Int, reason: String)
    case tooComplex(pointer: String, limit: Int)
    case grammar(GrammarError)

    public var description: String {
        switch self {
        case .notJSON(let error): "JSON schema: \(error)"
        case .unsupported(let pointer, let reason): "JSON schema, \(pointer): \(reason)"
        case .invalid(let pointer, let found, let expected):
            "JSON schema, \(pointer): found \(found); expected \(expected)"
        case .unsatisfiable(let pointer, let reason): "JSON schema, \(pointer): no value can satisfy it: \(reason)"
        case .unresolvedReference(let pointer, let reference):
            "JSON schema, \(pointer): there is nothing at \(reference.debugDescription); only references inside the schema, "
                + "as \"#/$defs/name\", can be followed"
        case .circularReference(let pointer): "JSON schema, \(pointer): the reference leads back to itself"
        case .overlappingAlternatives(let pointer, let first, let second):
            "JSON schema, \(pointer): a value may satisfy both alternative \(first) and \(second); make them differ in type "
                + "or in a required constant, or use anyOf"
        case .pattern(let pointer, let pattern, let offset, let reason):
            "JSON schema, \(pointer): pattern \(pattern.debugDescription), character \(offset + 1): \(reason)"
        case .tooComplex(let pointer, let limit):
            "JSON schema, \(pointer): more than \(limit) combinations; make it simpler"
        case .grammar(let error): "JSON schema: \(error)"
        }
    }
}
