/// The types of the numbers that a tensor can hold.
public enum ElementType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    /// IEEE 754 binary32, the type of every activation.
    case float32
    /// IEEE 754 binary16, a type of stored weights.
    case float16
    /// The upper half of a binary32, a type of stored weights.
    case bfloat16
    /// Identifiers, labels, indices.
    case int32

    /// Bytes per element.
    public var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .float16, .bfloat16: 2
        }
    }

    public var description: String {
        switch self {
        case .float32: "float32"
        case .float16: "float16"
        case .bfloat16: "bfloat16"
        case .int32: "int32"
        }
    }
}
