import FoundationEssentials
import JSON

/// A JSON file of a model folder that cannot be read as what it should be.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case malformed(String)
        case missing
        case wrongType(expected: String)
        case outOfRange
        case wrongCount(found: Int, expected: Int)
        case unsupported(value: String, expected: String)
    }

    public let path: String
    /// Path to the value, `rope_scaling.type` or `layers[3]`; empty for the whole file.
    public let key: String
    public let reason: Reason

    public init(path: String, key: String, _ reason: Reason) {
        self.path = path
        self.key = key
        self.reason = reason
    }

    public var description: String {
        let subject = key.isEmpty ? "" : ", key \(key.quotedForMessage)"
        return "\(path.quotedForMessage)\(subject): \(reasonText)"
    }

    private var reasonText: String {
        switch reason {
        case .malformed(let detail): "is not valid JSON (\(detail)); fetch the model again"
        case .missing: "is missing; add it or fetch the model again"
        case .wrongType(let expected): "is not of the expected type \(expected); correct it"
        case .outOfRange: "holds a number that is out of range for this model; correct it"
        case .wrongCount(let found, let expected): "has \(found) entries where \(expected) were expected"
        case .unsupported(let value, let expected): "is \(value); expected \(expected)"
        }
    }
}

/// Reads the JSON files of a model folder.
enum ConfigurationFile {
    /// The largest that is read: far above any configuration, far below what would exhaust the memory.
    static let byteLimit = 64 << 20

    static func contents(path: String) throws(FileError) -> Data {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= byteLimit else {
            throw FileError(path: path, .tooLarge(byteCount: file.bytes.count, limit: byteLimit))
        }
        return Data(file.bytes)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, path: String) throws -> Value {
        try decode(type, contents(path: path), path: path)
    }

    /// `path` is for the errors.
    static func decode<Value: Decodable>(_ type: Value.Type, _ contents: Data, path: String) throws -> Value {
        do {
            // Foundation does not say where a text is damaged.
            try contents.withUnsafeBytes { bytes in
                try JSONReader.read(bytes) { reader in
                    guard try reader.peek() == .object else {
                        throw ConfigurationError(path: path, key: "", .wrongType(expected: "object"))
                    }
                    try reader.skipValue()
                }
            }
            return try JSONDecoder().decode(type, from: contents)
        } catch let error as JSONError {
            throw ConfigurationError(path: path, key: "", .malformed(error.description))
        } catch let error as DecodingError {
            throw ConfigurationError(error, path: path)
        }
    }
}

extension ConfigurationError {
    fileprivate init(_ error: DecodingError, path: String) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(path: path, key: Self.text(context.codingPath + [key]), .missing)
        case .valueNotFound(let type, let context), .typeMismatch(let type, let context):
            self.init(path: path, key: Self.text(context.codingPath), .wrongType(expected: Self.name(of: type)))
        case .dataCorrupted(let context):
            self.init(path: path, key: Self.text(context.codingPath), .malformed(context.debugDescription))
        @unknown default:
            self.init(path: path, key: "", .malformed("\(error)"))
        }
    }

    /// What a type is called in JSON.
    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is any BinaryInteger.Type: "whole number"
        case is any BinaryFloatingPoint.Type: "number"
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        default:
            if "\(type)".hasPrefix("Array") { "list" } else { "object" }
        }
    }

    private static func text(_ codingPath: [any CodingKey]) -> String {
        codingPath.reduce("") { text, key in
            if let index = key.intValue { return text + "[\(index)]" }
            return text.isEmpty ? key.stringValue : text + "." + key.stringValue
        }
    }
}
