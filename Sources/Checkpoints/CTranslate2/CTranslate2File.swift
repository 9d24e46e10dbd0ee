/// The types of numbers in a CTranslate2 file, under the codes that stand in it.
enum CTranslate2ElementType: UInt8 {
    case float32, int8, int16, int32, float16, bfloat16

    var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .int16, .float16, .bfloat16: 2
        case .int8: 1
        }
    }
}

/// A mapped CTranslate2 `model.bin`: its table of variables, checked, and where their bytes are.
///
/// Little endian: u32 version, text model, u32 revision, u32 count, then per variable: text name, u8 rank, u32 extents,
/// u8 element type, u32 byte count, the bytes; then u32 count of aliases, each two texts. A text is a u16 length that
/// includes the closing zero byte. Nothing is aligned.
struct CTranslate2File {
    struct Variable: Equatable {
        let name: String
        let elementType: CTranslate2ElementType
        let shape: [Int]
        let byteRange: Range<Int>

        var elementCount: Int { byteRange.count / elementType.byteCount }
        /// Extent of the leading axis; 1 for a scalar.
        var rowCount: Int { shape.first ?? 1 }
    }

    static let supportedVersions: ClosedRange<UInt32> = 5...6
    static let variableLimit = 100_000

    let file: MappedFile
    let model: String
    let revision: UInt32
    /// By name, aliases included.
    let variables: [String: Variable]

    init(_ file: MappedFile) throws {
        var cursor = Cursor(bytes: file.bytes, path: file.path)
        let version = try cursor.readInteger(UInt32.self)
        guard Self.supportedVersions.contains(version) else {
            throw CTranslate2Error(path: file.path, .unsupportedVersion(version))
        }
        model = try cursor.readText()
        revision = try cursor.readInteger(UInt32.self)
        var variables: [String: Variable] = [:]
        let count = try cursor.readInteger(UInt32.self)
        guard count <= Self.variableLimit else {
            throw CTranslate2Error(path: file.path, .tooManyVariables(limit: Self.variableLimit))
        }
        for _ in 0..<count {
            let variable = try cursor.readVariable()
            guard variables.updateValue(variable, forKey: variable.name) == nil else {
                throw CTranslate2Error(path: file.path, variable: variable.name, .duplicateName)
            }
        }
        try Self.readAliases(&cursor, into: &variables)
        guard cursor.remaining == 0 else {
            throw CTranslate2Error(path: file.path, .bytesAfterEnd(count: cursor.remaining))
        }
        self.file = file
        self.variables = variables
    }

    private static func readAliases(_ cursor: inout Cursor, into variables: inout [String: Variable]) throws {
        let count = try cursor.readInteger(UInt32.self)
        guard count <= variableLimit else {
            throw CTranslate2Error(path: cursor.path, .tooManyVariables(limit: variableLimit))
        }
        for _ in 0..<count {
            let alias = try cursor.readText()
            let target = try cursor.readText()
            guard let variable = variables[target] else {
                throw CTranslate2Error(path: cursor.path, variable: alias, .aliasWithoutTarget(target))
            }
            guard variables.updateValue(variable, forKey: alias) == nil else {
                throw CTranslate2Error(path: cursor.path, variable: alias, .duplicateName)
            }
        }
    }

    func bytes(of variable: Variable) -> UnsafeRawBufferPointer { file.view(variable.byteRange) }

    /// Reads forward and never past the end; nothing is allocated by a claimed number.
    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        let path: String
        var offset = 0

        var remaining: Int { bytes.count - offset }

        private mutating func take(_ count: Int) throws -> Range<Int> {
            guard count <= remaining else {
                throw CTranslate2Error(path: path, .endsTooEarly(offset: offset, wanted: count))
            }
            defer { offset += count }
            return offset..<offset + count
        }

        mutating func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
            let range = try take(MemoryLayout<Integer>.size)
            return Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
        }

        mutating func readText() throws -> String {
            let start = offset
            let range = try take(Int(try readInteger(UInt16.self)))
            let content = bytes[range].dropLast()
            guard bytes[range].last == 0, !content.isEmpty, !content.contains(where: { $0 < 0x20 || $0 == 0x7F }),
                let text = String(validating: content, as: UTF8.self)
            else { throw CTranslate2Error(path: path, .malformedText(offset: start)) }
            return text
        }

        mutating func readVariable() throws -> Variable {
            let name = try readText()
            func refused(_ rule: CTranslate2Error.Rule) -> CTranslate2Error {
                CTranslate2Error(path: path, variable: name, rule)
            }
            let rank = Int(try readInteger(UInt8.self))
            guard rank <= 6 else { throw refused(.unsupportedRank(rank)) }
            var shape: [Int] = []
            for _ in 0..<rank { shape.append(Int(try readInteger(UInt32.self))) }
            let code = try readInteger(UInt8.self)
            guard let type = CTranslate2ElementType(rawValue: code) else { throw refused(.unknownElementType(code)) }
            let stored = Int(try readInteger(UInt32.self))
            guard case .bytes(let expected) = ByteCount.of(shape, bitsPerElement: 8 * type.byteCount) else {
                throw refused(.sizeOverflow(shape: shape))
            }
            guard expected == stored else { throw refused(.sizeMismatch(expected: expected, stored: stored)) }
            guard ByteCount.isSupported(shape) else { throw refused(.unsupportedShape(shape)) }
            guard stored <= remaining else { throw refused(.endsTooEarly(offset: offset, wanted: stored)) }
            return Variable(name: name, elementType: type, shape: shape, byteRange: try take(stored))
        }
    }
}
