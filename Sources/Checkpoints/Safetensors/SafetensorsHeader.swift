import JSON
public import Tensors

/// One tensor in a file: what the header says about it, after every check.
public struct StoredTensor: Sendable, Equatable {
    public let name: String
    public let elementType: StoredElementType
    public let shape: Shape
    /// From the beginning of the file.
    public let byteRange: Range<Int>
}

/// How much a header may claim. The defaults leave room for the largest published models.
public struct SafetensorsLimits: Sendable, Equatable {
    /// The reference implementation's limit.
    public var headerByteCount = 100_000_000
    public var tensorCount = 200_000
    public var nameByteCount = 1_024

    public init() {}
}

/// The header of a safetensors file: eight bytes of length, then JSON.
///
/// Nothing is allocated by a claimed number, and every sum and product is checked.
struct SafetensorsHeader {
    /// In the order of their data.
    private(set) var tensors: [StoredTensor] = []
    private(set) var metadata: [String: String] = [:]

    static let metadataKey = "__metadata__"

    private struct Entry {
        var name: String
        var elementType: StoredElementType
        var shape: [Int]
        /// From the beginning of the data.
        var begin: Int
        var end: Int
    }

    init(_ bytes: UnsafeRawBufferPointer, path: String, limits: SafetensorsLimits) throws {
        guard bytes.count >= 8 else { throw SafetensorsError(path: path, .fileTooShort(byteCount: bytes.count)) }
        let claimed = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard claimed <= UInt64(limits.headerByteCount) else {
            throw SafetensorsError(path: path, .headerTooLong(byteCount: claimed, limit: limits.headerByteCount))
        }
        guard claimed <= UInt64(bytes.count - 8) else {
            throw SafetensorsError(path: path, .headerPastEnd(headerByteCount: claimed, fileByteCount: bytes.count))
        }
        let dataStart = 8 + Int(claimed)
        let text = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
        guard let first = text.first, first == UInt8(ascii: "{") else {
            throw SafetensorsError(path: path, .headerNotAnObject(firstByte: text.first ?? 0))
        }

        var parser = Parser(path: path, limits: limits)
        do {
            try JSONReader.read(text) { reader in
                try parser.readHeader(&reader)
                let rest = text[reader.offset...]
                if let offset = rest.firstIndex(where: { $0 != UInt8(ascii: " ") }) {
                    throw SafetensorsError(path: path, .textAfterHeader(offset: 8 + offset))
                }
            }
        } catch let error as JSONError {
            throw SafetensorsError(path: path, .malformedHeader(error))
        }
        metadata = parser.metadata
        tensors = try Self.checkedLayout(
            parser.entries, dataStart: dataStart, dataByteCount: bytes.count - dataStart, path: path)
    }

    /// Every byte of the data belongs to exactly one tensor.
    private static func checkedLayout(
        _ entries: [Entry], dataStart: Int, dataByteCount: Int, path: String
    ) throws -> [StoredTensor] {
        let ordered = entries.sorted { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
        var end = 0
        var previous = ""
        for entry in ordered {
            func broken(_ rule: SafetensorsError.Rule) -> SafetensorsError {
                SafetensorsError(path: path, tensor: entry.name, rule)
            }
            guard entry.end <= dataByteCount else {
                throw broken(.dataPastEnd(end: entry.end, dataByteCount: dataByteCount))
            }
            guard entry.begin >= end else { throw broken(.overlap(with: previous)) }
            guard entry.begin == end else { throw broken(.hole(from: end, to: entry.begin)) }
            end = entry.end
            previous = entry.name
        }
        guard end == dataByteCount else {
            throw SafetensorsError(path: path, .bytesAfterData(count: dataByteCount - end))
        }
        return ordered.map { entry in
            StoredTensor(
                name: entry.name, elementType: entry.elementType, shape: Shape(entry.shape),
                byteRange: dataStart + entry.begin..<dataStart + entry.end)
        }
    }

    /// Why `name` cannot be a tensor's name; nil where it can.
    static func rule(refusing name: String, limits: SafetensorsLimits) -> SafetensorsError.Rule? {
        let byteCount = name.utf8.count
        if byteCount == 0 { return .emptyName }
        if name == metadataKey { return .reservedName }
        if byteCount > limits.nameByteCount {
            return .nameTooLong(byteCount: byteCount, limit: limits.nameByteCount)
        }
        let hasControl = name.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
        return hasControl ? .controlCharacterInName : nil
    }

    // MARK: The JSON text

    private struct Parser {
        let path: String
        let limits: SafetensorsLimits
        var entries: [Entry] = []
        var metadata: [String: String] = [:]

        mutating func readHeader(_ reader: inout JSONReader) throws {
            var names: Set<String> = []
            try reader.readObject { name, reader in
                guard names.insert(name).inserted else {
                    throw SafetensorsError(path: path, tensor: name, .duplicateTensor)
                }
                if name == SafetensorsHeader.metadataKey {
                    try readMetadata(&reader)
                } else {
                    if let rule = SafetensorsHeader.rule(refusing: name, limits: limits) {
                        throw SafetensorsError(path: path, tensor: name, rule)
                    }
                    guard entries.count < limits.tensorCount else {
                        throw SafetensorsError(path: path, .tooManyTensors(limit: limits.tensorCount))
                    }
                    do {
                        entries.append(try readEntry(name, &reader))
                    } catch let error as JSONError {
                        throw SafetensorsError(path: path, tensor: name, .malformedHeader(error))
                    }
                }
            }
        }

        private mutating func readMetadata(_ reader: inout JSONReader) throws {
            try reader.readObject { key, reader in
                guard try reader.peek() == .string else {
                    throw SafetensorsError(path: path, .metadataNotText(key: key))
                }
                guard metadata.updateValue(try reader.readString(), forKey: key) == nil else {
                    throw SafetensorsError(path: path, .duplicateKey(key))
                }
            }
        }

        private func readEntry(_ name: String, _ reader: inout JSONReader) throws -> Entry {
            func refused(_ rule: SafetensorsError.Rule) -> SafetensorsError {
                SafetensorsError(path: path, tensor: name, rule)
            }
            var elementType: StoredElementType?
            var shape: [Int]?
            var offsets: [Int]?
            try reader.readObject { key, reader in
                let isRepeated: Bool
                switch key {
                case "dtype":
                    isRepeated = elementType != nil
                    let text = try reader.readString()
                    guard let type = StoredElementType(rawValue: text) else { throw refused(.unknownElementType(text)) }
                    elementType = type
                case "shape":
                    isRepeated = shape != nil
                    shape = try readIntegers(key, name, &reader)
                case "data_offsets":
                    isRepeated = offsets != nil
                    offsets = try readIntegers(key, name, &reader)
                default: throw refused(.unknownKey(key))
                }
                if isRepeated { throw refused(.duplicateKey(key)) }
            }
            guard let elementType else { throw refused(.missingKey("dtype")) }
            guard let shape else { throw refused(.missingKey("shape")) }
            guard let offsets else { throw refused(.missingKey("data_offsets")) }
            guard offsets.count == 2 else { throw refused(.wrongOffsetCount(offsets.count)) }
            let (begin, end) = (offsets[0], offsets[1])
            guard begin <= end else { throw refused(.offsetsReversed(begin: begin, end: end)) }

            guard shape.count <= Shape.maximumRank else { throw refused(.unsupportedShape(shape)) }

            let expected: Int
            switch ByteCount.of(shape, bitsPerElement: elementType.bitCount) {
            case .bytes(let count): expected = count
            case .overflow: throw refused(.sizeOverflow(shape: shape))
            case .notWholeBytes(let bitCount): throw refused(.notWholeBytes(bitCount: bitCount))
            }
            guard expected == end - begin else {
                throw refused(.sizeMismatch(expected: expected, stored: end - begin))
            }
            guard ByteCount.isSupported(shape) else { throw refused(.unsupportedShape(shape)) }
            return Entry(name: name, elementType: elementType, shape: shape, begin: begin, end: end)
        }

        /// Numbers from 0 to `Int.max`. More than a few are read past but not kept, so that no list is a bomb.
        private func readIntegers(_ key: String, _ name: String, _ reader: inout JSONReader) throws -> [Int] {
            var numbers: [Int] = []
            try reader.readArray { reader in
                do {
                    let number = try reader.readInteger()
                    guard number >= 0 else {
                        throw SafetensorsError(path: path, tensor: name, .integerOutOfRange(key: key))
                    }
                    if numbers.count < Shape.maximumRank + 2 { numbers.append(number) }
                } catch let error as JSONError where error.reason == .numberOutOfRange {
                    throw SafetensorsError(path: path, tensor: name, .integerOutOfRange(key: key))
                }
            }
            return numbers
        }
    }
}
