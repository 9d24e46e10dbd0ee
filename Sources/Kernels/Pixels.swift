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
    /// Resamples along the rows first, rounding to bytes, then along the columns.
    public static func resampled(
        _ bytes: [UInt8], channels: Int, columns: ResamplingAxis, rows: ResamplingAxis
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
        let narrowed = filled(last - first, width, work: columns.stride) { row, y in
            bytes.withUnsafeBufferPointer { x in
                // Pictures are never empty.
                table.pointee.resample_row(
                    x.baseAddress! + (first + row) * sourceWidth, channels, columns.starts, columns.counts,
                    columns.weights, columns.stride, columns.count, y)
            }
        }
        return filled(rows.count, width, work: rows.stride) { row, y in
            narrowed.withUnsafeBufferPointer { x in
                rows.weights.withUnsafeBufferPointer { weights in
                    table.pointee.combine_rows(
                        x.baseAddress! + (Int(rows.starts[row]) - first) * width, width,
                        weights.baseAddress! + row * rows.stride, Int(rows.counts[row]), width, y)
                }
            }
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

    /// Rows that `body` writes, several at once where there is enough to do. `work` is about the operations per byte.
    private static func filled(
        _ rows: Int, _ rowBytes: Int, work: Int, _ body: (Int, UnsafeMutablePointer<UInt8>) -> Void
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: rows * rowBytes) { buffer, count in
            count = rows * rowBytes
            guard let start = buffer.baseAddress, count > 0 else { return }
            Threads.parallelRanges(rows, chunk: max(1, (1 << 20) / max(1, rowBytes * work))) { range in
                for row in range { body(row, start + row * rowBytes) }
            }
        }
    }
}
