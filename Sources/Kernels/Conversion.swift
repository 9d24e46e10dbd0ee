import CKernels

/// Conversion between the floating-point element types.
public enum Conversion {
    /// Converts `count` elements; rounds to nearest, ties to even. Neither pointer needs an alignment.
    ///
    /// - Precondition: neither type is an integer.
    public static func convert(
        _ source: UnsafeRawPointer, _ sourceType: ElementType, to destination: UnsafeMutableRawPointer,
        _ destinationType: ElementType, count: Int
    ) {
        precondition(sourceType != .int32 && destinationType != .int32, "Conversion: integers do not convert")
        let table = KernelTable.current
        Threads.parallelRanges(count, chunk: 64 << 10) { range in
            table.pointee.convert(
                source + range.lowerBound * sourceType.byteCount, Int32(sourceType.rawValue),
                destination + range.lowerBound * destinationType.byteCount, Int32(destinationType.rawValue),
                range.count)
        }
    }
}
