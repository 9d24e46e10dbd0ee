import Foundation
import JSON

/// Validity under a schema, keyword by keyword, as JSON Schema's specification words it; for the keywords that these tests use.
struct SchemaValidator {
    let root: JSONValue

    init(_ schema: String) throws { root = try Self.value(Array(schema.utf8)) }

    /// A JSON text as a tree. Of keys that repeat the last counts, as with most readers.
    static func value(_ bytes: [UInt8]) throws -> JSONValue { try JSONReader.read(bytes, maximumDepth: 1000, value) }

    private static func value(_ reader: inout JSONReader) throws -> JSONValue {
        switch try reader.peek() {
        case .object:
            var members: [String: JSONValue] = [:]
            try reader.readObject { key, reader in members[key] = try value(&reader) }
            return .object(members)
        case .array:
            var elements: [JSONValue] = []
            try reader.readArray { reader in elements.append(try value(&reader)) }
            return .array(elements)
        default: return try reader.readValue()
        }
    }

    func isValid(_ value: JSONValue) -> Bool { isValid(value, root) }

    private func isValid(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        if case .boolean(let isAnything) = schema { return isAnything }
        guard case .object(let keywords) = schema else { return false }
        return keywords.allSatisfy { isValid(value, $0, $1, keywords) }
    }

    private func isValid(
        _ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ siblings: [String: JSONValue]
    ) -> Bool {
        switch keyword {
        case "$ref": return isValid(value, target(argument.text ?? ""))
        case "allOf": return argument.elements.allSatisfy { isValid(value, $0) }
        case "anyOf": return argument.elements.contains { isValid(value, $0) }
        case "oneOf": return argument.elements.count { isValid(value, $0) } == 1
        case "const": return Self.areEqual(value, argument)
        case "enum": return argument.elements.contains { Self.areEqual(value, $0) }
        case "type":
            let types = argument.text.map { [$0] } ?? argument.elements.compactMap(\.text)
            return types.contains { Self.has(value, type: $0) }
        default: break
        }
        if let number = value.double, let bound = argument.double {
            switch keyword {
            case "minimum": return number >= bound
            case "maximum": return number <= bound
            case "exclusiveMinimum": return number > bound
            case "exclusiveMaximum": return number < bound
            case "multipleOf": return (number / bound).rounded() * bound == number
            default: break
            }
        }
        if let text = value.text {
            switch keyword {
            case "minLength": return text.unicodeScalars.count >= Int(argument.double ?? 0)
            case "maxLength": return text.unicodeScalars.count <= Int(argument.double ?? 0)
            case "pattern": return Self.find(argument.text ?? "", in: text)
            case "format": return Self.find(Self.formats[argument.text ?? ""] ?? "(?!)", in: text)
            default: break
            }
        }
        if case .array(let elements) = value {
            let prefix = siblings["prefixItems"]?.elements ?? []
            switch keyword {
            case "minItems": return elements.count >= Int(argument.double ?? 0)
            case "maxItems": return elements.count <= Int(argument.double ?? 0)
            case "prefixItems": return zip(elements, prefix).allSatisfy { isValid($0, $1) }
            case "items": return elements.dropFirst(prefix.count).allSatisfy { isValid($0, argument) }
            default: break
            }
        }
        if case .object(let members) = value {
            let declared = siblings["properties"]?.members ?? [:]
            switch keyword {
            case "required": return argument.elements.allSatisfy { members[$0.text ?? ""] != nil }
            case "properties":
                return members.allSatisfy { key, value in declared[key].map { isValid(value, $0) } ?? true }
            case "additionalProperties":
                return members.allSatisfy { key, value in declared[key] != nil || isValid(value, argument) }
            case "propertyNames": return members.keys.allSatisfy { isValid(.string($0), argument) }
            case "minProperties": return members.count >= Int(argument.double ?? 0)
            case "maxProperties": return members.count <= Int(argument.double ?? 0)
            default: break
            }
        }
        return true
    }

    private func target(_ reference: String) -> JSONValue {
        reference.split(separator: "/").dropFirst().reduce(root) { value, name in value[String(name)] ?? .boolean(false)
        }
    }

    private static func has(_ value: JSONValue, type: String) -> Bool {
        switch (value, type) {
        case (.object, "object"), (.array, "array"), (.string, "string"), (.boolean, "boolean"), (.null, "null"),
            (.integer, "integer"), (.integer, "number"), (.number, "number"):
            true
        case (.number(let number), "integer"): number.rounded() == number
        default: false
        }
    }

    private static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.double, let right = right.double { return left == right }
        return left == right
    }

    private static func find(_ pattern: String, in text: String) -> Bool {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return false }
        return expression.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
    }

    private static let formats = [
        "date": #"\A\d{4}-[01]\d-[0-3]\d\z"#,
        "date-time": #"\A\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z"#,
        "uuid": #"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z"#,
        "email": #"\A[^@\s]+@[^@\s]+\.[a-z]+\z"#,
    ]
}

extension JSONValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
    fileprivate var members: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    fileprivate var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
