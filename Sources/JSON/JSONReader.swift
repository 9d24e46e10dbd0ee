/// A strict pull parser over bytes (RFC 8259): the caller asks for what it expects, in the order of the text.
///
/// It builds no tree, so a vocabulary of 50,000 entries costs one pass and the strings that are kept. Input is hostile
/// until proven otherwise: nesting is limited, strings must be valid UTF-8, numbers must fit.
///
/// ```swift
/// try JSONReader.read(bytes) { reader in
///     try reader.readObject { key, reader in
///         if key == "vocab" { … } else { try reader.skipValue() }
///     }
/// }
/// ```
public struct JSONReader {
    public enum Kind: Sendable, Equatable { case object, array, string, number, boolean, null }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    private let maximumDepth: Int

    private init(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// Reads exactly one JSON value from `bytes`; only white space may follow it.
    /// The reader must not outlive `body`.
    public static func read<Result>(
        _ bytes: UnsafeRawBufferPointer, maximumDepth: Int = 128, _ body: (inout JSONReader) throws -> Result
    ) throws -> Result {
        try bytes.withMemoryRebound(to: UInt8.self) { buffer in
            var reader = JSONReader(buffer, maximumDepth: maximumDepth)
            let result = try body(&reader)
            reader.skipWhitespace()
            guard reader.position == buffer.count else { throw JSONError(.trailingBytes, offset: reader.position) }
            return result
        }
    }

    /// Reads exactly one JSON value from an array of bytes.
    public static func read<Result>(
        _ bytes: [UInt8], maximumDepth: Int = 128, _ body: (inout JSONReader) throws -> Result
    ) throws -> Result {
        try bytes.withUnsafeBytes { try read($0, maximumDepth: maximumDepth, body) }
    }

    /// The offset of the next unread byte.
    public var offset: Int { position }

    // MARK: Structure

    /// The kind of the next value, judged by its first byte.
    public mutating func peek() throws -> Kind {
        skipWhitespace()
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case let byte: throw JSONError(.unexpectedByte(byte, expected: "a value"), offset: position)
        }
    }

    /// Calls `body` for each key; `body` must read or skip the value. Keys may repeat: the caller decides.
    public mutating func readObject(_ body: (_ key: String, inout JSONReader) throws -> Void) throws {
        try readEntries { reader in
            let key = try reader.readString()
            try reader.expect(UInt8(ascii: ":"), "':'")
            try body(key, &reader)
        }
    }

    /// Calls `body` for each entry with the key's raw UTF-8 still inside the text where it has no escapes.
    public mutating func readObjectWithRawKeys(
        _ body: (_ key: UnsafeBufferPointer<UInt8>, inout JSONReader) throws -> Void
    ) throws {
        try readEntries { reader in
            try reader.withStringBytes { key, reader in
                try reader.expect(UInt8(ascii: ":"), "':'")
                try body(key, &reader)
            }
        }
    }

    private mutating func readEntries(_ body: (inout JSONReader) throws -> Void) throws {
        try readSequence(open: UInt8(ascii: "{"), close: UInt8(ascii: "}"), "'{'", "',' or '}'", body)
    }

    /// Calls `body` once per element; `body` must read or skip it.
    public mutating func readArray(_ body: (inout JSONReader) throws -> Void) throws {
        try readSequence(open: UInt8(ascii: "["), close: UInt8(ascii: "]"), "'['", "',' or ']'", body)
    }

    private mutating func readSequence(
        open: UInt8, close: UInt8, _ openText: String, _ separatorText: String,
        _ body: (inout JSONReader) throws -> Void
    ) throws {
        try expect(open, openText)
        depth += 1
        guard depth <= maximumDepth else { throw JSONError(.tooDeep(limit: maximumDepth), offset: position) }
        skipWhitespace()
        if position < bytes.count, bytes[position] == close {
            position += 1
            depth -= 1
            return
        }
        while true {
            try body(&self)
            skipWhitespace()
            guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
            let byte = bytes[position]
            guard byte == close || byte == UInt8(ascii: ",") else {
                throw JSONError(.unexpectedByte(byte, expected: separatorText), offset: position)
            }
            position += 1
            if byte == close { break }
        }
        depth -= 1
    }

    /// Reads past one value of any kind, checking its syntax.
    public mutating func skipValue() throws {
        switch try peek() {
        case .object: try readObjectWithRawKeys { _, reader in try reader.skipValue() }
        case .array: try readArray { reader in try reader.skipValue() }
        case .string: try withStringBytes { _, _ in }
        case .number: _ = try scanNumber()
        case .boolean: _ = try readBoolean()
        case .null: try readNull()
        }
    }

    // MARK: Scalars

    public mutating func readString() throws -> String {
        try withStringBytes { buffer, _ in String(decoding: buffer, as: UTF8.self) }
    }

    /// Gives `body` the UTF-8 of the next string, escapes resolved; the bytes are valid during the call only.
    public mutating func withStringBytes<Result>(
        _ body: (UnsafeBufferPointer<UInt8>, inout JSONReader) throws -> Result
    ) throws -> Result {
        try expect(UInt8(ascii: "\""), "a string")
        let start = position
        var allASCII = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let run = UnsafeBufferPointer(rebasing: bytes[start..<position])
                guard allASCII || isValidUTF8(run) else { throw JSONError(.invalidUTF8, offset: start) }
                position += 1
                return try body(run, &self)
            }
            if byte == UInt8(ascii: "\\") {
                let unescaped = try unescapeString(from: start)
                return try unescaped.withUnsafeBufferPointer { try body($0, &self) }
            }
            guard byte >= 0x20 else { throw JSONError(.controlCharacterInString, offset: position) }
            if byte >= 0x80 { allASCII = false }
            position += 1
        }
        throw JSONError(.unexpectedEnd, offset: position)
    }

    public mutating func readBoolean() throws -> Bool {
        if try peek() == .boolean {
            if skip(literal: "true") { return true }
            if skip(literal: "false") { return false }
        }
        throw JSONError(.unexpectedByte(bytes[position], expected: "true or false"), offset: position)
    }

    public mutating func readNull() throws {
        guard try peek() == .null, skip(literal: "null") else {
            throw JSONError(.unexpectedByte(bytes[position], expected: "null"), offset: position)
        }
    }

    /// An integer without fraction or exponent that fits into `Int`.
    public mutating func readInteger() throws -> Int {
        let start = try startOfNumber()
        let text = try scanNumber()
        var value = 0
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits.removeFirst() }
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
                throw JSONError(.numberOutOfRange, offset: start)
            }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.subtractingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw JSONError(.numberOutOfRange, offset: start) }
            value = sum
        }
        // Collected as a negative number, whose range is larger by one.
        if isNegative { return value }
        guard value != Int.min else { throw JSONError(.numberOutOfRange, offset: start) }
        return -value
    }

    /// A finite number of any form, rounded to the nearest `Double`.
    public mutating func readDouble() throws -> Double {
        let start = try startOfNumber()
        let text = try scanNumber()
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
            throw JSONError(.numberOutOfRange, offset: start)
        }
        return value
    }

    /// An `.integer` where the text has neither fraction nor exponent and fits, a `.number` otherwise.
    mutating func readNumber() throws -> JSONValue {
        let beginning = self
        if let integer = try? readInteger() { return .integer(integer) }
        self = beginning
        return .number(try readDouble())
    }

    private mutating func startOfNumber() throws -> Int {
        guard try peek() == .number else {
            throw JSONError(.unexpectedByte(bytes[position], expected: "a number"), offset: position)
        }
        return position
    }

    // MARK: Bytes

    private mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func expect(_ byte: UInt8, _ text: String) throws {
        skipWhitespace()
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
        guard bytes[position] == byte else {
            throw JSONError(.unexpectedByte(bytes[position], expected: text), offset: position)
        }
        position += 1
    }

    private mutating func skip(literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for index in 0..<count where bytes[position + index] != literal.utf8Start[index] { return false }
        position += count
        return true
    }

    private mutating func scanNumber() throws -> UnsafeBufferPointer<UInt8> {
        skipWhitespace()
        let start = position
        func isDigit(_ index: Int) -> Bool {
            index < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        guard isDigit(position) else { throw JSONError(.invalidNumber, offset: start) }
        if bytes[position] == UInt8(ascii: "0"), isDigit(position + 1) {
            throw JSONError(.invalidNumber, offset: start)
        }
        while isDigit(position) { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            guard isDigit(position) else { throw JSONError(.invalidNumber, offset: start) }
            while isDigit(position) { position += 1 }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard isDigit(position) else { throw JSONError(.invalidNumber, offset: start) }
            while isDigit(position) { position += 1 }
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<position])
    }

    /// The slow path: resolves escapes of the string whose first byte stands at `start`.
    private mutating func unescapeString(from start: Int) throws -> [UInt8] {
        var result = [UInt8](bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard result.withUnsafeBufferPointer(isValidUTF8) else {
                    throw JSONError(.invalidUTF8, offset: start)
                }
                return result
            case UInt8(ascii: "\\"): try appendEscape(to: &result)
            case 0..<0x20: throw JSONError(.controlCharacterInString, offset: position - 1)
            default: result.append(byte)
            }
        }
        throw JSONError(.unexpectedEnd, offset: position)
    }

    private mutating func appendEscape(to result: inout [UInt8]) throws {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, offset: position) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try readFourHexDigits())
            if (0xD800..<0xDC00).contains(code) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw JSONError(.invalidEscape, offset: position) }
                position += 2
                let low = UInt32(try readFourHexDigits())
                guard (0xDC00..<0xE000).contains(low) else { throw JSONError(.invalidEscape, offset: position) }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw JSONError(.invalidEscape, offset: position) }
            result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw JSONError(.invalidEscape, offset: position - 1)
        }
    }

    private mutating func readFourHexDigits() throws -> UInt16 {
        guard position + 4 <= bytes.count else { throw JSONError(.unexpectedEnd, offset: bytes.count) }
        var value: UInt16 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, offset: position)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
