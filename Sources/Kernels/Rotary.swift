import CKernels

/// Rotary position embedding (Su et al. 2021), in the layout that pairs element i with i + width / 2.
public enum Rotary {
    /// Turns each pair by its position's angle, or back.
    ///
    /// - Parameters:
    ///   - x: `[sequences, time, heads · width]`.
    ///   - cosines: `[positions, width / 2]`, like `sines`.
    ///   - offsets: the position of each sequence's first row.
    /// - Precondition: every position is below `positionCount`.
    public static func rotate(
        _ x: UnsafePointer<Float>, time: Int, heads: Int, width: Int, cosines: UnsafePointer<Float>,
        sines: UnsafePointer<Float>, positionCount: Int, offsets: [Int], back: Bool = false,
        into y: UnsafeMutablePointer<Float>
    ) {
        precondition(
            offsets.allSatisfy { $0 >= 0 && $0 + time <= positionCount },
            "Rotary: \(time) positions from \(offsets) on do not fit a table of \(positionCount)")
        let table = KernelTable.current
        let (row, half) = (heads * width, width / 2)
        Threads.parallelRanges(offsets.count * time, chunk: max(1, (16 << 10) / max(row, 1))) { range in
            for index in range {
                let angles = (offsets[index / time] + index % time) * half
                table.pointee.rotate_pairs(
                    x + index * row, heads, width, cosines + angles, sines + angles, back ? -1 : 1, y + index * row)
            }
        }
    }
}
