import Kernels
public import Parameters
public import Tensors

/// An opened safetensors file: mapped, its header checked, nothing copied.
///
/// Format: <https://github.com/huggingface/safetensors#format>; what is refused stands in docs/formats/checkpoints.md.
public struct SafetensorsFile: TensorSource {
    /// In the order of their data.
    public let tensors: [StoredTensor]
    public let metadata: [String: String]
    private let file: MappedFile
    private let indices: [String: Int]

    /// Maps the file and checks its header. Throws ``FileError`` or ``SafetensorsError``.
    public init(path: String, limits: SafetensorsLimits = SafetensorsLimits()) throws {
        try self.init(MappedFile(path: path), limits: limits)
    }

    package init(_ file: MappedFile, limits: SafetensorsLimits = SafetensorsLimits()) throws {
        let header = try SafetensorsHeader(file.bytes, path: file.path, limits: limits)
        self.file = file
        tensors = header.tensors
        metadata = header.metadata
        indices = Dictionary(uniqueKeysWithValues: tensors.indices.map { (header.tensors[$0].name, $0) })
    }

    public var path: String { file.path }

    public var names: [String] { tensors.map(\.name) }

    /// What the header says about a tensor; nil where the file holds no such name.
    public func storedTensor(named name: String) -> StoredTensor? { indices[name].map { tensors[$0] } }

    public func releasePages() { file.releasePages() }

    public func shape(of name: String) -> Shape? { storedTensor(named: name)?.shape }

    /// `F32`, `F16`, `BF16` and `I32` as stored, over the mapped pages; `F64` as `float32`; `I64` as `int32` where every
    /// value fits. Any other type throws ``SafetensorsError``.
    public func tensor(named name: String) throws -> Tensor? {
        guard let stored = storedTensor(named: name) else { return nil }
        let bytes = file.view(stored.byteRange)
        switch stored.elementType {
        case .float32: return Tensor(shape: stored.shape, elementType: .float32, viewing: bytes, owner: file)
        case .float16: return Tensor(shape: stored.shape, elementType: .float16, viewing: bytes, owner: file)
        case .bfloat16: return Tensor(shape: stored.shape, elementType: .bfloat16, viewing: bytes, owner: file)
        case .signed32: return Tensor(shape: stored.shape, elementType: .int32, viewing: bytes, owner: file)
        case .float64:
            return Tensor(
                shape: stored.shape,
                initializingFloats: { destination in
                    for index in 0..<stored.shape.elementCount {
                        destination[index] = Float(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
                    }
                })
        case .signed64: return try narrowed(bytes, stored)
        default: throw SafetensorsError(path: path, tensor: name, .unsupportedElementType(stored.elementType))
        }
    }

    private func narrowed(_ bytes: UnsafeRawBufferPointer, _ stored: StoredTensor) throws -> Tensor {
        try Tensor(shape: stored.shape, elementType: .int32) { destination in
            for index in 0..<stored.shape.elementCount {
                let value = bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)
                guard let narrow = Int32(exactly: value) else {
                    throw SafetensorsError(
                        path: path, tensor: stored.name, .integerDoesNotFit(index: index, value: value))
                }
                destination.storeBytes(of: narrow, toByteOffset: 4 * index, as: Int32.self)
            }
        }
    }
}
