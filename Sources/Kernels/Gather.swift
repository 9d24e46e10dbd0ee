import CKernels

/// Rows of a table by their numbers.
public enum Gather {
    /// y[i] = table[identifiers[i]], widened to float32.
    ///
    /// - Parameters:
    ///   - table: `[rowCount, columns]`; needs no alignment.
    ///   - y: `[count, columns]`.
    /// - Precondition: every identifier is in 0..<`rowCount`.
    public static func rows(
        of table: UnsafeRawPointer, _ elementType: ElementType, rowCount: Int, columns: Int,
        identifiers: UnsafePointer<Int32>, count: Int, into y: UnsafeMutablePointer<Float>
    ) {
        precondition(elementType != .int32, "Gather.rows: a table of floating-point numbers is expected")
        let kernels = KernelTable.current
        Threads.parallelRanges(count, chunk: max(1, (32 << 10) / max(columns, 1))) { range in
            for index in range {
                let row = Int(identifiers[index])
                precondition(row >= 0 && row < rowCount, "Gather.rows: \(row) is not one of \(rowCount) rows")
                kernels.pointee.convert(
                    table + row * columns * elementType.byteCount, Int32(elementType.rawValue), y + index * columns,
                    Int32(ElementType.float32.rawValue), columns)
            }
        }
    }

    /// table[identifiers[i]] += y[i]; rows that occur several times are added in the order of their occurrence.
    ///
    /// - Parameters:
    ///   - y: `[count, columns]`.
    ///   - table: `[rowCount, columns]`.
    /// - Precondition: every identifier is in 0..<`rowCount`.
    public static func addRows(
        _ y: UnsafePointer<Float>, identifiers: UnsafePointer<Int32>, count: Int, rowCount: Int, columns: Int,
        to table: UnsafeMutablePointer<Float>
    ) {
        let kernels = KernelTable.current
        // Chunks of columns: each owns its part of every row.
        Threads.parallelRanges(columns, chunk: 128) { range in
            for index in 0..<count {
                let row = Int(identifiers[index])
                precondition(row >= 0 && row < rowCount, "Gather.addRows: \(row) is not one of \(rowCount) rows")
                kernels.pointee.add_scaled(
                    y + index * columns + range.lowerBound, 1, table + row * columns + range.lowerBound, range.count)
            }
        }
    }
}
