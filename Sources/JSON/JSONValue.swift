/// A whole JSON value as a tree: for settings, which are small and come in any order.
/// Vocabularies and tensor lists are read by `JSONReader` alone.
public enum JSONValue: Sendable, Equatable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    /// A number without fraction and exponent that fits into `Int`.
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case null

    /// The value under `key`, if this is an object that has it.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let entries) = self else { return nil }
        return entries[key]
    }
}

extension JSONReader {
    /// Reads the next value whole. A key that occurs twice in one object is an error.
    public mutating func readValue() throws -> JSONValue {
        switch try peek() {
        case .object:
            var entries: [String: JSONValue] = [:]
            try readObject { key, reader in
                let value = try reader.readValue()
                guard entries.updateValue(value, forKey: key) == nil else {
                    throw JSONError(.duplicateKey(key), offset: reader.offset)
                }
            }
            return .object(entries)
        case .array:
            var elements: [JSONValue] = []
            try readArray { reader in elements.append(try reader.readValue()) }
            return .array(elements)
        case .string: return .string(try readString())
        case .number: return try readNumber()
        case .boolean: return .boolean(try readBoolean())
        case .null:
            try readNull()
            return .null
        }
    }
}
