public import Kernels

/// How a GGUF file stores the numbers of a tensor.
public enum GGUFTensorType: Sendable, Hashable, CustomStringConvertible {
    case float32
    case float16
    case bfloat16
    case blocks(BlockType)

    /// Numbers of ggml's types that are not blocks.
    private static let codes: [UInt32: GGUFTensorType] = [0: .float32, 1: .float16, 30: .bfloat16]

    /// Types that ggml knows and this project does not read, so that an error can name them.
    private static let foreignNames: [UInt32: String] = [
        9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
        20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64",
        29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4", 40: "NVFP4",
    ]

    /// The type with ggml's number `code`; nil where it cannot be read.
    init?(code: UInt32) {
        if let type = Self.codes[code] {
            self = type
        } else if let type = BlockType(rawValue: code) {
            self = .blocks(type)
        } else {
            return nil
        }
    }

    static func name(ofCode code: UInt32) -> String? {
        GGUFTensorType(code: code)?.description ?? foreignNames[code]
    }

    /// - Precondition: a floating-point type.
    init(_ type: ElementType) {
        switch type {
        case .float32: self = .float32
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        case .int32: preconditionFailure("integers are not written to GGUF")
        }
    }

    /// ggml's number.
    var code: UInt32 {
        switch self {
        case .float32: 0
        case .float16: 1
        case .bfloat16: 30
        case .blocks(let type): type.rawValue
        }
    }

    /// Numbers that are stored together.
    public var elementsPerBlock: Int {
        if case .blocks(let type) = self { type.weightCount } else { 1 }
    }

    public var bytesPerBlock: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .blocks(let type): type.byteCount
        }
    }

    public var description: String {
        switch self {
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .blocks(let type): type.description
        }
    }
}

/// What the header of a GGUF file says about one tensor; found to lie inside the file.
public struct GGUFTensor: Sendable, Equatable {
    public let name: String
    /// Outermost axis first, the other way round than in the file.
    public let shape: [Int]
    public let type: GGUFTensorType
    /// In the file.
    let byteRange: Range<Int>
}
