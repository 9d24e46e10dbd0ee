/// A value of the metadata of a GGUF file.
public enum GGUFValue: Sendable {
    /// Any of the eight types of integers. One above `Int.max` is ``GGUFValue/number(_:)``.
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case text(String)
    case array(GGUFArray)

    var typeName: String {
        switch self {
        case .integer: "a whole number"
        case .number: "a number"
        case .flag: "true or false"
        case .text: "a text"
        case .array(let array): "an array of \(array.elementType)"
        }
    }
}

/// The types of metadata values, under the numbers that stand in a file.
public enum GGUFValueType: UInt32, Sendable, CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of a value; nil where they depend on it.
    var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }

    /// The least that a value takes in a file.
    var leastByteCount: Int { byteCount ?? (self == .string ? 8 : 12) }
}

/// An array of the metadata: its extent in the file was checked, its elements are read when somebody asks for them.
public struct GGUFArray: Sendable {
    public let elementType: GGUFValueType
    public let count: Int
    let key: String
    let file: MappedFile
    /// Where the elements begin.
    let offset: Int

    /// Every element. Throws ``GGUFError`` where a text is not UTF-8.
    public func elements() throws -> [GGUFValue] {
        var cursor = GGUFCursor(file: file, offset: offset)
        return try (0..<count).map { _ in try cursor.readValue(elementType, key: key, depth: 1) }
    }

    /// The elements of an array of texts.
    public func texts() throws -> [String] {
        try elements().map { element in
            guard case .text(let text) = element else { throw wrongType("an array of texts") }
            return text
        }
    }

    /// The elements of an array of numbers of any kind.
    public func numbers() throws -> [Double] {
        try elements().map { element in
            switch element {
            case .number(let number): return number
            case .integer(let integer): return Double(integer)
            default: throw wrongType("an array of numbers")
            }
        }
    }

    /// The elements of an array of integers of any kind.
    public func integers() throws -> [Int] {
        try elements().map { element in
            guard case .integer(let integer) = element else { throw wrongType("an array of whole numbers") }
            return integer
        }
    }

    private func wrongType(_ expected: String) -> GGUFError {
        GGUFError(
            path: file.path, .key(key), .wrongType(expected: expected, found: GGUFValue.array(self).typeName))
    }
}
