import Kernels
public import Parameters
public import Tensors

/// The state dictionary of a file that `torch.save` wrote (`.pth`, `.pt`, `pytorch_model.bin`): mapped, its pickle read
/// by a machine that runs nothing, every tensor checked against its storage.
///
/// The dictionary is the value itself, or what it has under `state_dict`, `model` and the like; a prefix that all names
/// share because the model was wrapped (`module.`) is left out. What is refused stands in docs/formats/pytorch.md.
public struct PyTorchFile: TensorSource {
    /// In the order of the dictionary.
    public let tensors: [StoredTensor]
    private let file: MappedFile
    private let views: [String: StorageView]

    /// Maps the file and reads its pickle. Throws ``FileError`` or ``PyTorchError``.
    public init(path: String) throws {
        try self.init(MappedFile(path: path))
    }

    package init(_ file: MappedFile) throws(PyTorchError) {
        let contents = try PyTorchContents(file.bytes, path: file.path)
        let entries = try StateDictionary(contents, path: file.path).entries
        var storages = StorageTable(contents, path: file.path)
        var tensors: [StoredTensor] = []
        var views: [String: StorageView] = [:]
        for (name, tensor) in entries {
            let view = try storages.view(of: tensor, name: name)
            guard views.updateValue(view, forKey: name) == nil else {
                throw PyTorchError(path: file.path, tensor: name, .duplicateTensor)
            }
            tensors.append(
                StoredTensor(name: name, elementType: view.elementType, shape: view.shape, byteRange: view.byteRange))
        }
        self.file = file
        self.tensors = tensors
        self.views = views
    }

    public var path: String { file.path }

    public var names: [String] { tensors.map(\.name) }

    public func releasePages() { file.releasePages() }

    public func shape(of name: String) -> Shape? { views[name]?.shape }

    /// Numbers of 16 and of 32 bits as stored, over the mapped pages where they lie in order; doubles as `float32`; whole
    /// numbers of other sizes, and truth values, as `int32` where every value fits.
    public func tensor(named name: String) throws -> Tensor? {
        guard let view = views[name] else { return nil }
        let type: ElementType
        switch view.elementType {
        case .float32, .float64: type = .float32
        case .float16: type = .float16
        case .bfloat16: type = .bfloat16
        default: type = .int32
        }
        let bytes = file.view(view.byteRange)
        if view.isContiguous, view.elementType.bitCount == 8 * type.byteCount {
            return Tensor(shape: view.shape, elementType: type, viewing: bytes, owner: file)
        }
        return try Tensor(shape: view.shape, elementType: type) { destination in
            try view.shape.forEachPlace(strides: view.strides) { (index, place) throws(PyTorchError) in
                switch view.elementType {
                case .float16, .bfloat16:
                    destination.storeBytes(
                        of: bytes.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self), toByteOffset: 2 * index,
                        as: UInt16.self)
                case .float32, .signed32:
                    destination.storeBytes(
                        of: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self), toByteOffset: 4 * index,
                        as: UInt32.self)
                case .float64:
                    destination.storeBytes(
                        of: Float(bytes.loadUnaligned(fromByteOffset: 8 * place, as: Double.self)),
                        toByteOffset: 4 * index, as: Float.self)
                case .signed16:
                    store(Int64(bytes.loadUnaligned(fromByteOffset: 2 * place, as: Int16.self)))
                case .signed8: store(Int64(bytes.loadUnaligned(fromByteOffset: place, as: Int8.self)))
                case .bool: store(bytes[place] == 0 ? 0 : 1)
                case .unsigned8: store(Int64(bytes[place]))
                default:
                    let value = bytes.loadUnaligned(fromByteOffset: 8 * place, as: Int64.self)
                    guard Int32(exactly: value) != nil else {
                        throw PyTorchError(path: path, tensor: name, .integerDoesNotFit(index: index, value: value))
                    }
                    store(value)
                }
                func store(_ value: Int64) {
                    destination.storeBytes(
                        of: Int32(truncatingIfNeeded: value), toByteOffset: 4 * index, as: Int32.self)
                }
            }
        }
    }
}
