/// Types of blocks of weights: small integers with common scales, as GGUF files hold them. Raw values are ggml's numbers.
///
/// A weight is scale · q, or scale · q + minimum; scales are `float16`.
public enum BlockType: UInt32, Sendable, CaseIterable, CustomStringConvertible {
    /// Q4_0: 32 weights d (q - 8) with q of 4 bits.
    case q40 = 2
    /// Q4_1: 32 weights d q + m.
    case q41 = 3
    /// Q5_0: 32 weights d (q - 16) with q of 5 bits.
    case q50 = 6
    /// Q5_1: 32 weights d q + m.
    case q51 = 7
    /// Q8_0: 32 weights d q with signed q of 8 bits.
    case q80 = 8
    /// Q4_K: 8 parts of 32 weights d s q - e m, with s and m of 6 bits for each part and q of 4.
    case q4K = 12
    /// Q5_K: as ``q4K``, with q of 5 bits.
    case q5K = 13
    /// Q6_K: 16 parts of 16 weights d s (q - 32), with signed s of 8 bits for each part and q of 6.
    case q6K = 14

    /// Weights per block.
    public var weightCount: Int {
        switch self {
        case .q40, .q41, .q50, .q51, .q80: 32
        case .q4K, .q5K, .q6K: 256
        }
    }

    /// Bytes per block.
    public var byteCount: Int {
        switch self {
        case .q40: 18
        case .q41: 20
        case .q50: 22
        case .q51: 24
        case .q80: 34
        case .q4K: 144
        case .q5K: 176
        case .q6K: 210
        }
    }

    /// As everybody calls it: `Q4_K`.
    public var description: String {
        switch self {
        case .q40: "Q4_0"
        case .q41: "Q4_1"
        case .q50: "Q5_0"
        case .q51: "Q5_1"
        case .q80: "Q8_0"
        case .q4K: "Q4_K"
        case .q5K: "Q5_K"
        case .q6K: "Q6_K"
        }
    }
}
