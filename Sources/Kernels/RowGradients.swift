import CKernels

/// Gradients of the operations in `Rows`, from the gradient `dy` of their result. `dx` may be any of the inputs.
public enum RowGradients {
    /// Of the softmax `y`: dx = y (dy - Σ y dy) along each row.
    public static func softmax(
        result y: UnsafePointer<Float>, resultGradient dy: UnsafePointer<Float>, rows: Int, columns: Int,
        into dx: UnsafeMutablePointer<Float>
    ) {
        Rows.split(rows, columns) { table, range in
            let offset = range.lowerBound * columns
            table.pointee.softmax_gradient(y + offset, dy + offset, range.count, columns, dx + offset)
        }
    }

    /// Of the logarithmic softmax `y`: dx = dy - exp(y) Σ dy along each row.
    public static func logSoftmax(
        result y: UnsafePointer<Float>, resultGradient dy: UnsafePointer<Float>, rows: Int, columns: Int,
        into dx: UnsafeMutablePointer<Float>
    ) {
        Rows.split(rows, columns) { table, range in
            let offset = range.lowerBound * columns
            table.pointee.log_softmax_gradient(y + offset, dy + offset, range.count, columns, dx + offset)
        }
    }

    /// Of `Rows.layerNorm`, or of `Rows.rmsNorm` without `means`; see docs/derivations/normalization.md.
    ///
    /// - Parameters:
    ///   - weight: `[columns]`, 1 if absent.
    ///   - means: `[rows]` as the forward pass gave them, like `reciprocalDeviations`.
    ///   - weightGradient: receives Σ dy · normalised x over the rows, `[columns]`.
    ///   - biasGradient: receives Σ dy over the rows, `[columns]`.
    public static func norm(
        _ x: UnsafePointer<Float>, resultGradient dy: UnsafePointer<Float>, rows: Int, columns: Int,
        weight: UnsafePointer<Float>?, means: UnsafePointer<Float>?, reciprocalDeviations: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>, weightGradient: UnsafeMutablePointer<Float>?,
        biasGradient: UnsafeMutablePointer<Float>?
    ) {
        // Each chunk of rows sums on its own, at most 64 of them; the sums are then added in order.
        let perChunk = Swift.max(1, Swift.max((rows + 63) / 64, (16 << 10) / Swift.max(columns, 1)))
        let chunks = (rows + perChunk - 1) / perChunk
        let table = KernelTable.current
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Swift.max(1, 2 * chunks * columns)) { sums in
            sums.initialize(repeating: 0)
            let sums = sums.baseAddress!  // never empty
            Threads.parallelRanges(rows, chunk: perChunk) { range in
                let (first, offset) = (range.lowerBound, range.lowerBound * columns)
                let place = first / perChunk * columns
                table.pointee.norm_gradient(
                    x + offset, dy + offset, range.count, columns, weight, means.map { $0 + first },
                    reciprocalDeviations + first, dx + offset, weightGradient == nil ? nil : sums + place,
                    biasGradient == nil ? nil : sums + chunks * columns + place)
            }
            if let weightGradient { Rows.columnSum(sums, rows: chunks, columns: columns, into: weightGradient) }
            if let biasGradient {
                Rows.columnSum(sums + chunks * columns, rows: chunks, columns: columns, into: biasGradient)
            }
        }
    }
}
