import CKernels

/// Sums and affine maps per column of a row-major `[rows, columns]` matrix: what norms over pictures need, whose channels
/// are the last axis.
///
/// Partial sums of a few rows are added in double precision and in order, so results do not depend on the threads.
public enum Columns {
    /// Σ x per column.
    public static func sum(_ x: UnsafePointer<Float>, rows: Int, columns: Int) -> [Double] {
        partialSums(rows, columns, kinds: 1) { table, range, parts in
            table.pointee.column_products(
                x + range.lowerBound * columns, nil, nil, range.count, columns, parts, nil)
        }[0]
    }

    /// Σ (x - center)² per column.
    public static func squaredDistances(
        _ x: UnsafePointer<Float>, center: [Float], rows: Int, columns: Int
    ) -> [Double] {
        partialSums(rows, columns, kinds: 1) { table, range, parts in
            table.pointee.column_squares(x + range.lowerBound * columns, center, range.count, columns, parts)
        }[0]
    }

    /// Σ a and Σ a · (b - center) per column.
    public static func products(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, center: [Float], rows: Int, columns: Int
    ) -> (sums: [Double], products: [Double]) {
        let both = partialSums(rows, columns, kinds: 2) { table, range, parts in
            table.pointee.column_products(
                a + range.lowerBound * columns, b + range.lowerBound * columns, center, range.count, columns, parts,
                parts + columns)
        }
        return (both[0], both[1])
    }

    /// y = a · x + shift, or a · x + b · z + shift; `a`, `b` and `shift` are `[columns]`.
    public static func affine(
        _ x: UnsafePointer<Float>, a: [Float], z: UnsafePointer<Float>? = nil, b: [Float] = [], shift: [Float],
        rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        Threads.parallelRanges(rows, chunk: max(1, (16 << 10) / max(columns, 1))) { range in
            let offset = range.lowerBound * columns
            table.pointee.column_affine(
                x + offset, a, z.map { $0 + offset }, z == nil ? nil : b, shift, range.count, columns, y + offset)
        }
    }

    private static func partialSums(
        _ rows: Int, _ columns: Int, kinds: Int,
        _ body: (UnsafePointer<kernels_table>, Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) -> [[Double]] {
        let table = KernelTable.current
        let chunk = max(1, (16 << 10) / max(columns, 1))
        let chunks = (rows + chunk - 1) / chunk
        var sums = Array(repeating: [Double](repeating: 0, count: columns), count: kinds)
        guard chunks > 0, columns > 0 else { return sums }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: chunks * kinds * columns) { parts in
            let start = parts.baseAddress!  // not empty
            Threads.parallelRanges(rows, chunk: chunk) { range in
                body(table, range, start + range.lowerBound / chunk * kinds * columns)
            }
            for index in 0..<chunks {
                for kind in 0..<kinds {
                    let part = start + (index * kinds + kind) * columns
                    for column in 0..<columns { sums[kind][column] += Double(part[column]) }
                }
            }
        }
        return sums
    }
}
