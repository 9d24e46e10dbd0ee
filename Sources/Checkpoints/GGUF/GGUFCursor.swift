/// Reads a GGUF file forward and never past its end; nothing is allocated by a claimed number.
struct GGUFCursor {
    /// How deep arrays may be nested.
    static let depthLimit = 4
    /// Of keys and tensors' names; the format allows keys as long.
    static let nameByteLimit = 65_535

    let file: MappedFile
    var offset = 0

    var remaining: Int { file.bytes.count - offset }

    func refused(_ subject: GGUFError.Subject, _ rule: GGUFError.Rule) -> GGUFError {
        GGUFError(path: file.path, subject, rule)
    }

    func refused(_ rule: GGUFError.Rule) -> GGUFError { refused(.file, rule) }

    mutating func take(_ count: UInt64, _ subject: GGUFError.Subject = .file) throws(GGUFError) -> Range<Int> {
        guard count <= UInt64(remaining) else {
            throw refused(subject, .endsTooEarly(offset: offset, wanted: count))
        }
        defer { offset += Int(count) }
        return offset..<offset + Int(count)
    }

    mutating func read<Integer: FixedWidthInteger>(
        _ type: Integer.Type, _ subject: GGUFError.Subject = .file
    ) throws(GGUFError) -> Integer {
        let range = try take(UInt64(MemoryLayout<Integer>.size), subject)
        return Integer(littleEndian: file.bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
    }

    mutating func readText(_ subject: GGUFError.Subject) throws(GGUFError) -> String {
        let range = try take(try read(UInt64.self, subject), subject)
        guard let text = String(validating: file.bytes[range], as: UTF8.self) else {
            throw refused(subject, .notUTF8(offset: range.lowerBound))
        }
        return text
    }

    /// A key, or the name of a tensor.
    mutating func readName() throws(GGUFError) -> String {
        let length = try read(UInt64.self)
        guard length <= Self.nameByteLimit else {
            throw refused(.nameTooLong(byteCount: length, limit: Self.nameByteLimit))
        }
        let range = try take(length)
        guard let name = String(validating: file.bytes[range], as: UTF8.self) else {
            throw refused(.notUTF8(offset: range.lowerBound))
        }
        guard !name.isEmpty else { throw refused(.emptyName) }
        guard !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw refused(.key(name), .controlCharacterInName)
        }
        return name
    }

    mutating func readValueType(key: String) throws(GGUFError) -> GGUFValueType {
        let code = try read(UInt32.self, .key(key))
        guard let type = GGUFValueType(rawValue: code) else { throw refused(.key(key), .unknownValueType(code)) }
        return type
    }

    mutating func readValue(_ type: GGUFValueType, key: String, depth: Int = 0) throws(GGUFError) -> GGUFValue {
        let subject = GGUFError.Subject.key(key)
        switch type {
        case .uint8: return .integer(Int(try read(UInt8.self, subject)))
        case .int8: return .integer(Int(try read(Int8.self, subject)))
        case .uint16: return .integer(Int(try read(UInt16.self, subject)))
        case .int16: return .integer(Int(try read(Int16.self, subject)))
        case .uint32: return .integer(Int(try read(UInt32.self, subject)))
        case .int32: return .integer(Int(try read(Int32.self, subject)))
        case .int64: return .integer(Int(try read(Int64.self, subject)))
        case .uint64:
            let value = try read(UInt64.self, subject)
            return Int(exactly: value).map { .integer($0) } ?? .number(Double(value))
        case .float32: return .number(Double(Float(bitPattern: try read(UInt32.self, subject))))
        case .float64: return .number(Double(bitPattern: try read(UInt64.self, subject)))
        case .bool:
            let byte = try read(UInt8.self, subject)
            guard byte <= 1 else { throw refused(subject, .notAFlag(byte)) }
            return .flag(byte == 1)
        case .string: return .text(try readText(subject))
        case .array: return .array(try readArray(key: key, depth: depth + 1))
        }
    }

    /// Passes over the elements, so that all of them are known to lie inside the file.
    private mutating func readArray(key: String, depth: Int) throws(GGUFError) -> GGUFArray {
        let subject = GGUFError.Subject.key(key)
        guard depth <= Self.depthLimit else { throw refused(subject, .nestedTooDeep(limit: Self.depthLimit)) }
        let type = try readValueType(key: key)
        let count = try read(UInt64.self, subject)
        let (least, overflow) = count.multipliedReportingOverflow(by: UInt64(type.leastByteCount))
        guard !overflow, least <= UInt64(remaining) else {
            throw refused(subject, .endsTooEarly(offset: offset, wanted: overflow ? .max : least))
        }
        let start = offset
        switch type {
        case .string: for _ in 0..<count { _ = try take(try read(UInt64.self, subject), subject) }
        case .array: for _ in 0..<count { _ = try readArray(key: key, depth: depth + 1) }
        default: _ = try take(least, subject)
        }
        return GGUFArray(elementType: type, count: Int(count), key: key, file: file, offset: start)
    }
}
