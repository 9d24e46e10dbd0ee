import Kernels
public import Tensors

/// Writes GGUF files (version 3) that llama.cpp and Python's `gguf` open.
public enum GGUFWriter {
    /// A value of the metadata, with the type that it is written as.
    public enum Value: Sendable, Equatable {
        case uint32(UInt32)
        case float32(Float)
        case flag(Bool)
        case text(String)
        case texts([String])
        case int32s([Int32])
        case float32s([Float])
    }

    /// What is to be written under one name.
    public struct Declaration: Sendable, Equatable {
        public let name: String
        /// Outermost axis first.
        public let shape: [Int]
        public let type: GGUFTensorType

        /// - Precondition: one to four positive extents, and rows of whole blocks of a type that can be made.
        public init(name: String, shape: [Int], type: GGUFTensorType) {
            precondition(
                (1...4).contains(shape.count) && shape.allSatisfy { $0 > 0 }
                    && shape[shape.count - 1].isMultiple(of: type.elementsPerBlock),
                "\(name): \(shape) cannot be written as \(type)")
            self.name = name
            self.shape = shape
            self.type = type
        }

        var byteCount: Int { shape.reduce(1, *) / type.elementsPerBlock * type.bytesPerBlock }
    }

    /// Writes `declarations` in their order, asking for one tensor after the other, so that no more than one has to exist at
    /// a time.
    ///
    /// The file appears whole or not at all. Throws ``FileError`` (the file must not exist yet), ``GGUFError`` where a name
    /// is empty or occurs twice or a value cannot be written (infinite, not a number, too large for `float16`), and whatever
    /// `tensor` throws.
    ///
    /// - Parameter tensor: gives a tensor of floating-point numbers with the declared shape.
    public static func write(
        metadata: [(key: String, value: Value)], _ declarations: [Declaration], to path: String,
        tensor: (_ name: String) throws -> Tensor
    ) throws {
        guard FileKind(path) == .missing else { throw FileError(path: path, .alreadyExists) }
        try checkNames(
            metadata.map { ($0.key, .key($0.key)) } + declarations.map { ($0.name, .tensor($0.name)) }, path)
        let file = try AtomicFile(path: path)
        try header(metadata, declarations).withUnsafeBytes { try file.write($0) }
        for declaration in declarations {
            let value = try tensor(declaration.name)
            precondition(
                Array(value.shape) == declaration.shape && value.elementType != .int32,
                "\(declaration.name) was declared as \(declaration.shape), not \(value.elementType) \(value.shape)")
            try write(value, declaration, to: file)
            try padding(after: declaration.byteCount).withUnsafeBytes { try file.write($0) }
        }
        try file.commit()
    }

    private static func checkNames(_ names: [(String, GGUFError.Subject)], _ path: String) throws(GGUFError) {
        var known: Set<String> = []
        for (name, subject) in names {
            guard !name.isEmpty else { throw GGUFError(path: path, subject, .emptyName) }
            guard known.insert(name).inserted else { throw GGUFError(path: path, subject, .duplicate) }
        }
    }

    private static func header(_ metadata: [(key: String, value: Value)], _ declarations: [Declaration]) -> [UInt8] {
        var header = Array("GGUF".utf8)
        header.append(UInt32(3))
        header.append(UInt64(declarations.count))
        header.append(UInt64(metadata.count))
        for (key, value) in metadata {
            header.append(key)
            header.append(value)
        }
        var offset = 0
        for declaration in declarations {
            header.append(declaration.name)
            header.append(UInt32(declaration.shape.count))
            for extent in declaration.shape.reversed() { header.append(UInt64(extent)) }
            header.append(declaration.type.code)
            header.append(UInt64(offset))
            offset += declaration.byteCount + padding(after: declaration.byteCount).count
        }
        return header + padding(after: header.count)
    }

    /// Zeros up to the next border at which data may begin.
    private static func padding(after count: Int) -> [UInt8] {
        let alignment = GGUFFile.standardAlignment
        return [UInt8](repeating: 0, count: (alignment - count % alignment) % alignment)
    }

    // MARK: Tensors

    private static func write(_ value: Tensor, _ declaration: Declaration, to file: AtomicFile) throws {
        switch declaration.type {
        case .float32: try value.converted(to: .float32).withUnsafeBytes { try file.write($0) }
        case .bfloat16: try value.converted(to: .bfloat16).withUnsafeBytes { try file.write($0) }
        case .float16:
            if value.elementType != .float16 { try check(value, declaration, limit: largestFloat16, file) }
            try value.converted(to: .float16).withUnsafeBytes { try file.write($0) }
        case .blocks(let type):
            // Scales are float16, and a part of the largest weight.
            try check(value, declaration, limit: largestFloat16 * (type == .q80 ? 127 : 8), file)
            let inputs = declaration.shape[declaration.shape.count - 1]
            let matrix = value.converted(to: .float32).withFloats {
                QuantizedMatrix(quantizing: $0, outputs: value.elementCount / inputs, inputs: inputs, as: type)
            }
            try matrix.withUnsafeBytes { try file.write($0) }
        }
    }

    private static let largestFloat16: Float = 65_504

    private static func check(
        _ value: Tensor, _ declaration: Declaration, limit: Float, _ file: AtomicFile
    ) throws(GGUFError) {
        // Comparisons with what is no number are false.
        let count = value.floats().reduce(0) { $0 + (abs($1) <= limit ? 0 : 1) }
        guard count == 0 else {
            throw GGUFError(
                path: file.path, .tensor(declaration.name),
                .notWritable(count: count, type: declaration.type.description))
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(_ text: String) {
        append(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(_ type: GGUFValueType) { append(type.rawValue) }

    fileprivate mutating func append(_ value: GGUFWriter.Value) {
        switch value {
        case .uint32(let number):
            append(GGUFValueType.uint32)
            append(number)
        case .float32(let number):
            append(GGUFValueType.float32)
            append(number.bitPattern)
        case .flag(let flag):
            append(GGUFValueType.bool)
            append(UInt8(flag ? 1 : 0))
        case .text(let text):
            append(GGUFValueType.string)
            append(text)
        case .texts(let texts):
            appendArray(.string, count: texts.count)
            for text in texts { append(text) }
        case .int32s(let numbers):
            appendArray(.int32, count: numbers.count)
            for number in numbers { append(number) }
        case .float32s(let numbers):
            appendArray(.float32, count: numbers.count)
            for number in numbers { append(number.bitPattern) }
        }
    }

    private mutating func appendArray(_ type: GGUFValueType, count: Int) {
        append(GGUFValueType.array)
        append(type)
        append(UInt64(count))
    }
}
