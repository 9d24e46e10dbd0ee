import CKernels

/// Where the pixels along one axis of a result come from: result i is the sum of `counts[i]` neighbouring source pixels
/// from `starts[i]` on, weighted with integers over 2²².
public struct ResamplingAxis: Sendable {
    public static let weightBits = 22

    /// The extent of the source.
    public let sourceCount: Int
    public let starts: [Int32]
    public let counts: [Int32]
    /// Row-major, `[result, stride]`.
    public let weights: [Int32]
    public let stride: Int

    /// - Precondition: every result has a source pixel, none lies outside, and the positive weights of a result add up to
    ///   less than 2 (2²³).
    public init(sourceCount: Int, starts: [Int32], counts: [Int32], weights: [Int32], stride: Int) {
        func isInside(_ start: Int32, _ count: Int32) -> Bool {
            if start < 0 || count <= 0 { return false }
            return Int(count) <= stride && Int(start) + Int(count) <= sourceCount
        }
        precondition(
            starts.count == counts.count && weights.count == starts.count * stride
                && zip(starts, counts).allSatisfy { isInside($0, $1) },
            "ResamplingAxis: a result has no source pixel, or one outside of \(sourceCount)")
        self.sourceCount = sourceCount
        (self.starts, self.counts, self.weights, self.stride) = (starts, counts, weights, stride)
    }

    public var count: Int { starts.count }
}

/// Loops over pictures of bytes, `[height, width, channels]` with at most four channels.
public enum Pixels {
    /// Resamples along the rows first, then along the columns.
    ///
    /// - Parameter isRoundedBetween: whether the numbers between the two are rounded and limited to bytes; else they keep 6
    ///   bits behind the point and may overshoot, which needs weights whose sizes add up to less than 2.
    public static func resampled(
        _ bytes: [UInt8], channels: Int, columns: ResamplingAxis, rows: ResamplingAxis, isRoundedBetween: Bool = true
    ) -> [UInt8] {
        precondition(
            (1...4).contains(channels) && bytes.count == rows.sourceCount * columns.sourceCount * channels,
            "Pixels.resampled: \(bytes.count) bytes, expected "
                + "[\(rows.sourceCount), \(columns.sourceCount), \(channels)]")
        let table = KernelTable.current
        let (sourceWidth, width) = (columns.sourceCount * channels, columns.count * channels)
        // Rows that no result needs are left out.
        let first = Int(rows.starts.min() ?? 0)
        let last = zip(rows.starts, rows.counts).map { Int($0) + Int($1) }.max() ?? 0
        /// Combines rows between by `combine`, which is given the first of them, their weights and their number.
        func combined<Number>(
            _ between: [Number],
            by combine: (UnsafePointer<Number>, UnsafePointer<Int32>, Int, UnsafeMutablePointer<UInt8>) -> Void
        ) -> [UInt8] {
            filled(rows.count, width, work: rows.stride) { row, y in
                between.withUnsafeBufferPointer { x in
                    rows.weights.withUnsafeBufferPointer { weights in
                        // Pictures are never empty, here and below.
                        combine(
                            x.baseAddress! + (Int(rows.starts[row]) - first) * width,
                            weights.baseAddress! + row * rows.stride, Int(rows.counts[row]), y)
                    }
                }
            }
        }
        return bytes.withUnsafeBufferPointer { x in
            func source(_ row: Int) -> UnsafePointer<UInt8> { x.baseAddress! + (first + row) * sourceWidth }
            if isRoundedBetween {
                let between: [UInt8] = filled(last - first, width, work: columns.stride) { row, y in
                    table.pointee.resample_row(
                        source(row), channels, columns.starts, columns.counts, columns.weights, columns.stride,
                        columns.count, y)
                }
                return combined(between) { table.pointee.combine_rows($0, width, $1, $2, width, $3) }
            }
            let between: [Int16] = filled(last - first, width, work: columns.stride) { row, y in
                table.pointee.resample_row_wide(
                    source(row), channels, columns.starts, columns.counts, columns.weights, columns.stride,
                    columns.count, y)
            }
            return combined(between) { table.pointee.combine_rows_wide($0, width, $1, $2, width, $3) }
        }
    }

    /// y = x · scale[channel] + shift[channel]
    ///
    /// - Parameter y: as many numbers as there are bytes.
    public static func scale(
        _ bytes: [UInt8], by scale: [Float], plus shift: [Float], into y: UnsafeMutablePointer<Float>
    ) {
        let channels = scale.count
        precondition(
            (1...4).contains(channels) && shift.count == channels && bytes.count % channels == 0,
            "Pixels.scale: \(bytes.count) bytes, \(scale.count) factors and \(shift.count) offsets")
        KernelTable.current.pointee.scale_pixels(bytes, bytes.count / channels, channels, scale, shift, y)
    }

    /// The pixel (x, y) of the result is pixel `first` + x · `across` + y · `down` of the source.
    public static func rearranged(
        _ bytes: [UInt8], channels: Int, from first: Int, across: Int, down: Int, toWidth columns: Int,
        height rows: Int
    ) -> [UInt8] {
        let corners = [0, (columns - 1) * across].flatMap { [first + $0, first + $0 + (rows - 1) * down] }
        precondition(
            (1...4).contains(channels) && columns > 0 && rows > 0
                && corners.allSatisfy { $0 >= 0 && ($0 + 1) * channels <= bytes.count },
            "Pixels.rearranged: pixels \(corners) of \(bytes.count) bytes with \(channels) channels")
        let table = KernelTable.current
        return bytes.withUnsafeBufferPointer { x in
            filled(rows, columns * channels, work: 1) { row, y in
                // Pictures are never empty.
                table.pointee.gather_pixels(
                    x.baseAddress! + (first + row * down) * channels, across * channels, channels, columns, y)
            }
        }
    }

    /// Rows that `body` writes, several at once where there is enough to do. `work` is about the operations per number.
    static func filled<Number>(
        _ rows: Int, _ rowCount: Int, work: Int, _ body: (Int, UnsafeMutablePointer<Number>) -> Void
    ) -> [Number] {
        [Number](unsafeUninitializedCapacity: rows * rowCount) { buffer, count in
            count = rows * rowCount
            guard let start = buffer.baseAddress, count > 0 else { return }
            Threads.parallelRanges(rows, chunk: max(1, (1 << 20) / max(1, rowCount * work))) { range in
                for row in range { body(row, start + row * rowCount) }
            }
        }
    }
}
