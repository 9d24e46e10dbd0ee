public import JSON

/// What a template is given from outside: data as JSON has it. The entries of an object keep their order, since templates
/// write them out.
public enum TemplateValue: Sendable, Equatable {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([TemplateValue])
    case object([Entry])

    public struct Entry: Sendable, Equatable {
        public let key: String
        public let value: TemplateValue

        public init(_ key: String, _ value: TemplateValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value under `key`, the last one where there are several.
    public subscript(key: String) -> TemplateValue? {
        guard case .object(let entries) = self else { return nil }
        return entries.last { $0.key == key }?.value
    }
}

extension TemplateValue {
    /// The next value of a JSON text.
    public init(reading reader: inout JSONReader) throws {
        switch try reader.peek() {
        case .object:
            var entries: [Entry] = []
            try reader.readObject { key, reader in entries.append(Entry(key, try TemplateValue(reading: &reader))) }
            self = .object(entries)
        case .array:
            var elements: [TemplateValue] = []
            try reader.readArray { reader in elements.append(try TemplateValue(reading: &reader)) }
            self = .list(elements)
        case .number, .string, .boolean, .null:
            switch try reader.readValue() {
            case .string(let text): self = .text(text)
            case .integer(let integer): self = .integer(integer)
            case .number(let number): self = .number(number)
            case .boolean(let isTrue): self = .boolean(isTrue)
            case .null, .array, .object: self = .none
            }
        }
    }

    /// What a JSON text says; throws `JSONError`.
    public init(json bytes: [UInt8]) throws {
        self = try JSONReader.read(bytes, maximumDepth: 48) { try TemplateValue(reading: &$0) }
    }
}

extension TemplateValue {
    /// As JSON on one line. Numbers that JSON does not have are null.
    public var json: String {
        switch self {
        case .none: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .text(let text): Self.quoted(text)
        case .list(let elements): "[" + elements.map(\.json).joined(separator: ", ") + "]"
        case .object(let entries):
            "{" + entries.map { Self.quoted($0.key) + ": " + $0.value.json }.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\0"..<" ", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
