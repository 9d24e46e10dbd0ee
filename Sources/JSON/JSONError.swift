/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unexpectedEnd
        case unexpectedByte(UInt8, expected: String)
        case invalidEscape
        case invalidUTF8
        case invalidNumber
        case numberOutOfRange
        case controlCharacterInString
        case duplicateKey(String)
        case tooDeep(limit: Int)
        case trailingBytes
    }

    public let reason: Reason
    /// Bytes from the beginning of the text.
    public let offset: Int

    public init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "at byte \(offset): \(reasonText)" }

    private var reasonText: String {
        switch reason {
        case .unexpectedEnd: "the JSON text ends too early"
        case .unexpectedByte(let byte, let expected): "found \(Self.printable(byte)) where \(expected) was expected"
        case .invalidEscape: "invalid escape sequence in a string"
        case .invalidUTF8: "a string is not valid UTF-8"
        case .invalidNumber: "not a JSON number"
        case .numberOutOfRange: "a number is fractional or too large for its purpose"
        case .controlCharacterInString: "an unescaped control character stands in a string"
        case .duplicateKey(let key): "the key \(Self.quoted(key)) occurs twice"
        case .tooDeep(let limit): "values are nested deeper than \(limit) levels"
        case .trailingBytes: "text follows after the JSON value"
        }
    }

    /// Control characters escaped and long keys cut: a file must not write on somebody's terminal.
    private static func quoted(_ key: String) -> String {
        key.count <= 80 ? key.debugDescription : (key.prefix(80) + "…").debugDescription
    }

    private static func printable(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }
}
