import CKernels

/// Loops over the colours of pictures of bytes. Factors are rounded to 1/65536, sums are integers, so every instruction set
/// gives the same bytes.
extension Pixels {
    /// The largest factor, in either direction.
    public static let largestFactor = 64.0

    private static func fixed(_ factor: Double) -> Int32 {
        precondition(abs(factor) <= largestFactor, "Pixels: a factor of \(factor)")
        return Int32((factor * 65_536).rounded())
    }

    /// - Parameter tables: 256 bytes for each channel.
    public static func mapped(_ bytes: [UInt8], channels: Int, by tables: [UInt8]) -> [UInt8] {
        precondition(
            channels > 0 && bytes.count % channels == 0 && tables.count == 256 * channels,
            "Pixels.mapped: \(bytes.count) bytes of \(channels) channels by \(tables.count) bytes of tables")
        return written(bytes.count) {
            KernelTable.current.pointee.map_bytes(bytes, bytes.count / channels, channels, tables, $0)
        }
    }

    /// a + (b − a) · factor, limited to bytes; the factor may be negative or more than 1.
    public static func blended(_ a: [UInt8], _ b: [UInt8], factor: Double) -> [UInt8] {
        precondition(a.count == b.count, "Pixels.blended: \(a.count) and \(b.count) bytes")
        return written(a.count) { KernelTable.current.pointee.blend_bytes(a, b, fixed(factor), a.count, $0) }
    }

    /// The grey value of each pixel of three bytes (ITU-R BT.601).
    public static func grey(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count % 3 == 0, "Pixels.grey: \(bytes.count) bytes")
        return written(bytes.count / 3) { KernelTable.current.pointee.grey_pixels(bytes, bytes.count / 3, $0) }
    }

    /// Each pixel of three bytes between its grey value (factor 0) and itself (1), or beyond.
    public static func saturated(_ bytes: [UInt8], factor: Double) -> [UInt8] {
        precondition(bytes.count % 3 == 0, "Pixels.saturated: \(bytes.count) bytes")
        return written(bytes.count) {
            KernelTable.current.pointee.saturate_pixels(bytes, bytes.count / 3, fixed(factor), $0)
        }
    }

    /// The hue of pixels of three bytes, by way of 8 bits each for hue, saturation and value.
    ///
    /// - Parameter shift: added to the hue of 0 to 255, which is a circle of 256.
    public static func hueTurned(_ bytes: [UInt8], shift: UInt8) -> [UInt8] {
        precondition(bytes.count % 3 == 0, "Pixels.hueTurned: \(bytes.count) bytes")
        return written(bytes.count) { KernelTable.current.pointee.turn_hue(bytes, bytes.count / 3, shift, $0) }
    }

    /// The mean of 3 x 3 pixels, the one in the middle counted five times; the border stays.
    public static func smoothed(_ bytes: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
        precondition(
            bytes.count == height * width * channels,
            "Pixels.smoothed: \(bytes.count) bytes, expected [\(height), \(width), \(channels)]")
        guard width > 2, height > 2 else { return bytes }
        let (table, stride) = (KernelTable.current, width * channels)
        return bytes.withUnsafeBufferPointer { x in
            filled(height, stride, work: 4) { row, y in
                let source = x.baseAddress! + row * stride  // pictures are never empty
                if row == 0 || row == height - 1 {
                    y.update(from: source, count: stride)
                } else {
                    table.pointee.smooth_row(source, stride, channels, stride, y)
                }
            }
        }
    }

    private static func written(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            if let start = buffer.baseAddress, count > 0 { body(start) }
            filled = count
        }
    }
}
