/// Conversion between the floating-point element types.
public enum Conversion {
    /// Converts `count` elements; rounds to nearest, ties to even. Neither pointer needs an alignment.
    public static func convert(
        _ source: UnsafeRawPointer, _ sourceType: ElementType, to destination: UnsafeMutableRawPointer,
        _ destinationType: ElementType, count: Int
    ) {
        for index in 0..<count {
            let value: Float
            switch sourceType {
            case .float32: value = source.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            case .float16:
                value = Float(
                    Float16(bitPattern: source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
            case .bfloat16:
                let bits = source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                value = Float(bitPattern: UInt32(bits) << 16)
            case .int32: preconditionFailure("integers do not convert")
            }
            switch destinationType {
            case .float32: destination.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
            case .float16:
                destination.storeBytes(of: Float16(value).bitPattern, toByteOffset: 2 * index, as: UInt16.self)
            case .bfloat16:
                destination.storeBytes(of: roundedToBFloat16(value), toByteOffset: 2 * index, as: UInt16.self)
            case .int32: preconditionFailure("integers do not convert")
            }
        }
    }

    private static func roundedToBFloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(bits >> 16) | 0x40 }
        return UInt16((bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }
}
