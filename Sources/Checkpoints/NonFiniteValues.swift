import Kernels
public import Parameters
import Tensors

/// A tensor that holds values which are not numbers, or infinite.
public struct NonFiniteValues: Sendable, Equatable, CustomStringConvertible {
    public let tensor: String
    public let count: Int
    /// In row-major order.
    public let firstIndex: Int

    public init(tensor: String, count: Int, firstIndex: Int) {
        self.tensor = tensor
        self.count = count
        self.firstIndex = firstIndex
    }

    public var description: String {
        "tensor \(tensor.quotedForMessage) holds \(count) values that are NaN or infinite, the first at \(firstIndex)"
    }
}

extension TensorSource {
    /// Reads every floating-point value and returns what is wrong, sorted by name. The formats allow such values, so
    /// this is asked for, not done at every load.
    public func nonFiniteValues() throws -> [NonFiniteValues] {
        var findings: [NonFiniteValues] = []
        for name in names.sorted() {
            guard let tensor = try tensor(named: name), tensor.elementType != .int32 else { continue }
            var count = 0
            var first = 0
            func note(_ index: Int) {
                if count == 0 { first = index }
                count += 1
            }
            tensor.withUnsafeBytes { bytes in
                switch tensor.elementType {
                case .float32:
                    for index in 0..<tensor.elementCount
                    where bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self) & 0x7F80_0000 == 0x7F80_0000 {
                        note(index)
                    }
                case .float16, .bfloat16:
                    let exponent: UInt16 = tensor.elementType == .float16 ? 0x7C00 : 0x7F80
                    for index in 0..<tensor.elementCount
                    where bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self) & exponent == exponent {
                        note(index)
                    }
                case .int32: break
                }
            }
            if count > 0 { findings.append(NonFiniteValues(tensor: name, count: count, firstIndex: first)) }
        }
        return findings
    }
}
