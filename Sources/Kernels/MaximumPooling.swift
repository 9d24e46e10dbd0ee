import CKernels

/// The largest of each window of a picture, per channel. Pictures are `[batch, height, width, channels]`.
public struct MaximumPooling: Sendable {
    public let input: Extent2d
    /// The rows (columns) of the picture that each row (column) of the result sees; none is empty.
    private let rows: [Range<Int>]
    private let columns: [Range<Int>]

    public init(input: Extent2d, rows: [Range<Int>], columns: [Range<Int>]) {
        precondition(
            rows.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= input.height }
                && columns.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= input.width },
            "MaximumPooling: a window is empty or leaves the picture")
        self.input = input
        self.rows = rows
        self.columns = columns
    }

    public var output: Extent2d { Extent2d(height: rows.count, width: columns.count) }

    /// - Parameter places: receives where each maximum stands, row · width + column of its picture; the first of several.
    public func forward(
        _ x: UnsafePointer<Float>, batch: Int, channels: Int, into y: UnsafeMutablePointer<Float>,
        places: UnsafeMutablePointer<Int32>?
    ) {
        let table = KernelTable.current
        let work = max(1, columns.reduce(0) { $0 + $1.count } * (rows.first?.count ?? 1) * channels)
        Threads.parallelRanges(batch * rows.count, chunk: max(1, (32 << 10) / work)) { range in
            for line in range {
                let (image, window) = (line / rows.count, rows[line % rows.count])
                for (index, column) in columns.enumerated() {
                    let start = window.lowerBound * input.width + column.lowerBound
                    let target = (line * columns.count + index) * channels
                    table.pointee.window_maximum(
                        x + (image * input.count + start) * channels, input.width * channels, window.count,
                        column.count, channels, Int32(start), Int32(input.width), y + target,
                        places.map { $0 + target })
                }
            }
        }
    }

    /// Each gradient goes to where the maximum was.
    public func gradient(
        _ dy: UnsafePointer<Float>, places: UnsafePointer<Int32>, batch: Int, channels: Int,
        into dx: UnsafeMutablePointer<Float>
    ) {
        let table = KernelTable.current
        // Which rows of the result see a row of the picture.
        let seers = (0..<input.height).map { row in rows.indices.filter { rows[$0].contains(row) } }
        let work = max(1, input.width * channels * 4)
        Threads.parallelRanges(batch * input.height, chunk: max(1, (32 << 10) / work)) { range in
            for line in range {
                let (image, row) = (line / input.height, line % input.height)
                let target = dx + line * input.width * channels
                target.initialize(repeating: 0, count: input.width * channels)
                for seer in seers[row] {
                    for (index, column) in columns.enumerated() {
                        let source = ((image * rows.count + seer) * columns.count + index) * channels
                        for place in column {
                            table.pointee.add_where_place(
                                dy + source, places + source, Int32(row * input.width + place), channels,
                                target + place * channels)
                        }
                    }
                }
            }
        }
    }
}
