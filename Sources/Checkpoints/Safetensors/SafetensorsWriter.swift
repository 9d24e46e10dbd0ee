public import Kernels
public import Tensors

/// Writes safetensors files that Python's `safetensors` opens.
///
/// Tensors stand in a fixed order (wider elements first, then by name), so the same tensors give the same bytes. Each
/// begins at a multiple of its element's size, and the first at a multiple of 64 bytes.
public enum SafetensorsWriter {
    /// What is to be written under one name.
    public struct Declaration: Sendable, Equatable {
        public let name: String
        public let shape: Shape
        public let elementType: ElementType

        public init(name: String, shape: Shape, elementType: ElementType) {
            self.name = name
            self.shape = shape
            self.elementType = elementType
        }

        var byteCount: Int { shape.elementCount * elementType.byteCount }
    }

    /// Writes `declarations`, asking for one tensor after the other, so that no more than one has to exist at a time.
    ///
    /// The file appears whole or not at all. Throws ``SafetensorsError`` for names that a reader would refuse,
    /// ``FileError``, and whatever `tensor` throws.
    public static func write(
        _ declarations: [Declaration], metadata: [String: String] = ["format": "pt"], to path: String,
        tensor: (_ name: String) throws -> Tensor
    ) throws {
        let ordered = declarations.sorted {
            ($1.elementType.byteCount, $0.name) < ($0.elementType.byteCount, $1.name)
        }
        try checkNames(ordered, path: path)
        let file = try AtomicFile(path: path)
        try header(ordered, metadata: metadata).withUnsafeBytes { try file.write($0) }
        for declaration in ordered {
            let value = try tensor(declaration.name)
            precondition(
                value.shape == declaration.shape && value.elementType == declaration.elementType,
                "\(declaration.name) was declared as \(declaration.elementType) \(declaration.shape), "
                    + "not \(value.elementType) \(value.shape)")
            try value.withUnsafeBytes { try file.write($0) }
        }
        try file.commit()
    }

    /// Writes tensors that exist already.
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = ["format": "pt"], to path: String
    ) throws {
        let declarations = tensors.map {
            Declaration(name: $0.key, shape: $0.value.shape, elementType: $0.value.elementType)
        }
        try write(declarations, metadata: metadata, to: path) { name in
            tensors[name]!  // asked for are the names just declared
        }
    }

    private static func checkNames(_ declarations: [Declaration], path: String) throws {
        var names: Set<String> = []
        for name in declarations.map(\.name) {
            if let rule = SafetensorsHeader.rule(refusing: name, limits: SafetensorsLimits()) {
                throw SafetensorsError(path: path, tensor: name, rule)
            }
            guard names.insert(name).inserted else {
                throw SafetensorsError(path: path, tensor: name, .duplicateTensor)
            }
        }
    }

    /// Length and header, filled up with spaces to `minimum` bytes at least.
    static func header(
        _ declarations: [Declaration], metadata: [String: String], minimum: Int = 0
    ) -> [UInt8] {
        var entries: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            entries.append("\(quoted(SafetensorsHeader.metadataKey)):{\(pairs.joined(separator: ","))}")
        }
        var begin = 0
        for declaration in declarations {
            let end = begin + declaration.byteCount
            let type = StoredElementType(declaration.elementType)
            let shape = declaration.shape.map(String.init).joined(separator: ",")
            entries.append(
                "\(quoted(declaration.name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(begin),\(end)]}")
            begin = end
        }
        var text = Array("{\(entries.joined(separator: ","))}".utf8)
        let alignment = 64
        let wanted = max(8 + text.count, minimum)
        let padding = (wanted + alignment - 1) / alignment * alignment - 8 - text.count
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
