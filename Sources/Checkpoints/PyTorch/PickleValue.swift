/// A value that a pickle builds.
///
/// Containers are numbers into the machine's lists, so that values are flat: however deeply a file nests them, or even
/// lets them contain themselves, nothing that touches one goes on to touch another.
enum PickleValue {
    case none
    case flag(Bool)
    case integer(Int)
    /// Little endian, two's complement, of more than eight bytes.
    case wideInteger([UInt8])
    case number(Double)
    case text(String)
    /// Where a string of bytes lies in the file.
    case bytes(Range<Int>)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(PickledStorage)
    case tensor(PickledTensor)

    /// What an error calls it.
    var kind: String {
        switch self {
        case .none: "nothing"
        case .flag, .integer, .wideInteger, .number: "a number"
        case .text: "a text"
        case .bytes: "bytes"
        case .tuple, .list: "a list"
        case .dictionary: "a dictionary"
        case .global: "a class"
        case .storage: "a storage"
        case .tensor: "one tensor"
        }
    }
}

/// What a file may name; everything else is refused.
enum PickleGlobal: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case size
    case device
    case storageClass(StoredElementType)
    /// `torch.float32` and the like, of which only the name is kept.
    case elementType(String)

    private static let storageClasses: [String: StoredElementType] = [
        "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "DoubleStorage": .float64,
        "LongStorage": .signed64, "IntStorage": .signed32, "ShortStorage": .signed16, "CharStorage": .signed8,
        "ByteStorage": .unsigned8, "BoolStorage": .bool,
    ]

    private static let elementTypes: Set = [
        "float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool",
    ]

    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        // The older one has the same first four arguments.
        case ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("torch", let name):
            if let type = Self.storageClasses[name] {
                self = .storageClass(type)
            } else if Self.elementTypes.contains(name) {
                self = .elementType(name)
            } else {
                return nil
            }
        default: return nil
        }
    }
}

/// A block of numbers that tensors look into; its bytes stand elsewhere in the file.
struct PickledStorage: Equatable {
    let key: String
    let elementType: StoredElementType
    let elementCount: Int
}

/// A view of a storage. Nothing is checked yet.
struct PickledTensor {
    let storage: PickledStorage
    /// In elements, as are the strides.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}
