import CKernels

extension Pixels {
    /// The largest coefficient and the largest offset of ``warped(_:width:height:channels:by:toWidth:height:isBilinear:fill:)``.
    public static let largestWarp = (factor: 4096.0, offset: Double(1 << 29))

    /// An affine map. The pixel (x, y) of the result shows the source at (m₀ (x + ½) + m₁ (y + ½) + m₂,
    /// m₃ (x + ½) + m₄ (y + ½) + m₅), where pixel centres lie at halves, to 2⁻³² of a pixel.
    ///
    /// - Parameters:
    ///   - matrix: six numbers within ``largestWarp``.
    ///   - isBilinear: between the four nearest pixels, with weights of 11 bits; else the nearest one.
    ///   - fill: what lies outside the source, a value per channel.
    public static func warped(
        _ bytes: [UInt8], width: Int, height: Int, channels: Int, by matrix: [Double], toWidth columns: Int,
        height rows: Int, isBilinear: Bool, fill: [UInt8]
    ) -> [UInt8] {
        precondition(
            (1...4).contains(channels) && bytes.count == height * width * channels && matrix.count == 6
                && fill.count == channels && (0...65_536).contains(columns) && (0...65_536).contains(rows),
            "Pixels.warped: \(bytes.count) bytes, \(matrix.count) coefficients and \(fill.count) values of filling for "
                + "[\(height), \(width), \(channels)] to \(columns) x \(rows)")
        let limits = [largestWarp.factor, largestWarp.factor, largestWarp.offset]
        precondition(
            zip(matrix, limits + limits).allSatisfy { abs($0) <= $1 }, "Pixels.warped: \(matrix) is out of range")
        func fixed(_ value: Double) -> Int64 { Int64((value * 0x1p32).rounded()) }
        let table = KernelTable.current
        return bytes.withUnsafeBufferPointer { x in
            let padded = fill + [0, 0, 0]
            let warp = kernels_warp(
                pixels: x.baseAddress!,  // pictures are never empty
                width: width, height: height, channels: channels,
                matrix: (
                    fixed(matrix[0]), fixed(matrix[1]), fixed(matrix[2] + (matrix[0] + matrix[1]) / 2),
                    fixed(matrix[3]),
                    fixed(matrix[4]), fixed(matrix[5] + (matrix[3] + matrix[4]) / 2)
                ),
                fill: (padded[0], padded[1], padded[2], padded[3]), is_bilinear: isBilinear, columns: columns)
            return filled(rows, columns * channels, work: 16) { row, y in
                withUnsafePointer(to: warp) { table.pointee.warp_row($0, row, y) }
            }
        }
    }
}
