import CKernels

/// Operations on the rows of a row-major `[rows, columns]` matrix. Input and output may be the same memory.
public enum Rows {
    /// y = exp(x - max) / Σ exp(x - max) along each row; a row of -∞ gives NaN.
    public static func softmax(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>
    ) {
        split(rows, columns) { table, range in
            let offset = range.lowerBound * columns
            table.pointee.softmax(x + offset, range.count, columns, y + offset)
        }
    }

    /// y = x - max - log Σ exp(x - max) along each row.
    public static func logSoftmax(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>
    ) {
        split(rows, columns) { table, range in
            let offset = range.lowerBound * columns
            table.pointee.log_softmax(x + offset, range.count, columns, y + offset)
        }
    }

    /// y = (x - mean) / √(variance + epsilon) · weight + bias along each row (Ba, Kiros, Hinton 2016, equation 4).
    ///
    /// - Parameters:
    ///   - weight: `[columns]`, 1 if absent.
    ///   - bias: `[columns]`, 0 if absent.
    ///   - means: receives each row's mean, `[rows]`.
    ///   - reciprocalDeviations: receives each row's 1 / √(variance + epsilon), `[rows]`.
    public static func layerNorm(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, weight: UnsafePointer<Float>? = nil,
        bias: UnsafePointer<Float>? = nil, epsilon: Float, into y: UnsafeMutablePointer<Float>,
        means: UnsafeMutablePointer<Float>? = nil, reciprocalDeviations: UnsafeMutablePointer<Float>? = nil
    ) {
        split(rows, columns) { table, range in
            let offset = range.lowerBound * columns
            table.pointee.layer_norm(
                x + offset, range.count, columns, weight, bias, epsilon, y + offset,
                means.map { $0 + range.lowerBound }, reciprocalDeviations.map { $0 + range.lowerBound })
        }
    }

    /// y = x / √(mean of x² + epsilon) · weight along each row (Zhang and Sennrich 2019, equation 4).
    public static func rmsNorm(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, weight: UnsafePointer<Float>? = nil, epsilon: Float,
        into y: UnsafeMutablePointer<Float>, reciprocalDeviations: UnsafeMutablePointer<Float>? = nil
    ) {
        split(rows, columns) { table, range in
            let offset = range.lowerBound * columns
            table.pointee.rms_norm(
                x + offset, range.count, columns, weight, epsilon, y + offset,
                reciprocalDeviations.map { $0 + range.lowerBound })
        }
    }

    /// The sum of each row, `[rows]`.
    public static func sum(_ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>) {
        split(rows, columns) { table, range in
            table.pointee.row_sum(x + range.lowerBound * columns, range.count, columns, y + range.lowerBound)
        }
    }

    /// The largest element of each row, `[rows]`; NaN if the row holds one, -∞ for empty rows.
    public static func max(_ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>) {
        split(rows, columns) { table, range in
            table.pointee.row_maximum(x + range.lowerBound * columns, range.count, columns, y + range.lowerBound)
        }
    }

    /// The column of each row's first maximum, `[rows]`; a NaN counts as larger than any number.
    ///
    /// - Precondition: rows are not empty.
    public static func argmax(_ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Int32>) {
        precondition(columns > 0, "Rows.argmax: an empty row has no maximum")
        split(rows, columns) { table, range in
            table.pointee.row_argmax(x + range.lowerBound * columns, range.count, columns, y + range.lowerBound)
        }
    }

    /// The sum of each column, `[columns]`.
    public static func columnSum(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        // A multiple of every vector's length.
        let chunk = Swift.max(64, (32 << 10) / Swift.max(rows, 1) / 64 * 64)
        Threads.parallelRanges(columns, chunk: chunk) { range in
            table.pointee.column_sum(x + range.lowerBound, rows, columns, range.count, y + range.lowerBound)
        }
    }

    /// Chunks of rows with about 16 Ki elements, some 5 µs of work.
    static func split(
        _ rows: Int, _ columns: Int, _ body: (UnsafePointer<kernels_table>, Range<Int>) -> Void
    ) {
        if rows <= 0 { return }
        let table = KernelTable.current
        Threads.parallelRanges(rows, chunk: Swift.max(1, (16 << 10) / Swift.max(columns, 1))) { body(table, $0) }
    }
}
