public import Kernels
public import Parameters
public import Tensors

/// An opened GGUF file (version 2 or 3, little-endian): mapped, its header checked, nothing copied.
///
/// Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>; what is refused stands in docs/formats/gguf.md.
public struct GGUFFile: TensorSource {
    public let version: UInt32
    /// In the order of the file.
    public let metadata: [(key: String, value: GGUFValue)]
    /// In the order of the header.
    public let tensors: [GGUFTensor]
    let file: MappedFile
    private let values: [String: Int]
    private let indices: [String: Int]

    static let alignmentKey = "general.alignment"
    static let standardAlignment = 32
    static let tensorLimit = 100_000
    static let keyLimit = 100_000

    /// Maps the file and checks its header. Throws ``FileError`` or ``GGUFError``.
    public init(path: String) throws {
        try self.init(MappedFile(path: path))
    }

    package init(_ file: MappedFile) throws {
        var cursor = GGUFCursor(file: file)
        guard file.bytes.prefix(4).elementsEqual("GGUF".utf8) else { throw cursor.refused(.notGGUF) }
        cursor.offset = 4
        version = try cursor.read(UInt32.self)
        guard (2...3).contains(version) else {
            throw cursor.refused((2...3).contains(version.byteSwapped) ? .bigEndian : .unsupportedVersion(version))
        }
        let tensorCount = try Self.readCount(&cursor, "tensors", limit: Self.tensorLimit)
        let keyCount = try Self.readCount(&cursor, "keys", limit: Self.keyLimit)
        let metadata = try Self.readMetadata(&cursor, count: keyCount)
        let values = Dictionary(uniqueKeysWithValues: metadata.enumerated().map { ($1.key, $0) })
        tensors = try GGUFTensorTable.read(
            &cursor, count: tensorCount,
            alignment: try Self.alignment(values[Self.alignmentKey].map { metadata[$0].value }, cursor))
        self.metadata = metadata
        self.values = values
        self.file = file
        indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    private static func readCount(
        _ cursor: inout GGUFCursor, _ what: String, limit: Int
    ) throws(GGUFError) -> Int {
        let count = try cursor.read(UInt64.self)
        guard count <= limit else { throw cursor.refused(.tooMany(what: what, count: count, limit: limit)) }
        return Int(count)
    }

    private static func readMetadata(
        _ cursor: inout GGUFCursor, count: Int
    ) throws(GGUFError) -> [(key: String, value: GGUFValue)] {
        var metadata: [(key: String, value: GGUFValue)] = []
        var keys: Set<String> = []
        for _ in 0..<count {
            let key = try cursor.readName()
            guard keys.insert(key).inserted else { throw cursor.refused(.key(key), .duplicate) }
            let type = try cursor.readValueType(key: key)
            metadata.append((key, try cursor.readValue(type, key: key)))
        }
        return metadata
    }

    private static func alignment(_ value: GGUFValue?, _ cursor: GGUFCursor) throws(GGUFError) -> Int {
        guard let value else { return standardAlignment }
        guard case .integer(let alignment) = value else {
            throw cursor.refused(
                .key(alignmentKey), .wrongType(expected: "a whole number", found: value.typeName))
        }
        guard (8...65_536).contains(alignment), alignment.nonzeroBitCount == 1 else {
            throw cursor.refused(.key(alignmentKey), .invalidAlignment(alignment))
        }
        return alignment
    }

    public var path: String { file.path }

    /// The value of a key; nil where the file has none.
    public func value(of key: String) -> GGUFValue? { values[key].map { metadata[$0].value } }

    // MARK: Tensors

    public var names: [String] { tensors.map(\.name) }

    /// What the header says about a tensor; nil where the file holds no such name.
    public func storedTensor(named name: String) -> GGUFTensor? { indices[name].map { tensors[$0] } }

    public func shape(of name: String) -> Shape? { storedTensor(named: name).map { Shape($0.shape) } }

    public func elementType(of name: String) -> ElementType? {
        switch storedTensor(named: name)?.type {
        case .float32, .blocks: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case nil: nil
        }
    }

    /// `F32`, `F16` and `BF16` as stored, over the mapped pages; blocks as `float32`.
    public func tensor(named name: String) throws -> Tensor? {
        guard let stored = storedTensor(named: name) else { return nil }
        func view(_ type: ElementType) -> Tensor {
            Tensor(shape: Shape(stored.shape), elementType: type, viewing: file.view(stored.byteRange), owner: file)
        }
        switch stored.type {
        case .float32: return view(.float32)
        case .float16: return view(.float16)
        case .bfloat16: return view(.bfloat16)
        case .blocks(let type):
            let matrix = blocks(of: stored, type)
            return Tensor(shape: Shape(stored.shape), initializingFloats: { matrix.dequantize(into: $0) })
        }
    }

    /// A matrix of blocks over the mapped pages; nil for other types and for other than two axes.
    public func quantizedMatrix(named name: String) throws -> QuantizedMatrix? {
        guard let stored = storedTensor(named: name), stored.shape.count == 2, case .blocks(let type) = stored.type
        else { return nil }
        return blocks(of: stored, type)
    }

    public func releasePages() { file.releasePages() }

    /// The leading axes as one.
    private func blocks(of stored: GGUFTensor, _ type: BlockType) -> QuantizedMatrix {
        QuantizedMatrix(
            type, outputs: stored.shape.dropLast().reduce(1, *), inputs: stored.shape[stored.shape.count - 1],
            viewing: file.view(stored.byteRange), owner: file)
    }
}
