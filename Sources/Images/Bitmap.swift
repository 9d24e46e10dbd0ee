/// A picture as bytes: rows from the top, pixels from the left, channels interleaved, `[height, width, channels]`.
public struct Bitmap: Sendable, Hashable {
    public let width: Int
    public let height: Int
    /// 1 (grey), 2 (grey, alpha), 3 (red, green, blue) or 4 (with alpha); alpha is not premultiplied.
    public let channels: Int
    public var bytes: [UInt8]

    public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
        precondition((1...4).contains(channels), "a picture has 1 to 4 channels, not \(channels)")
        precondition(
            width > 0 && height > 0 && bytes.count == width * height * channels,
            "\(bytes.count) bytes are no picture of \(width) x \(height) pixels with \(channels) channels")
        (self.width, self.height, self.channels, self.bytes) = (width, height, channels, bytes)
    }

    /// A picture of one colour, a value for each channel.
    public init(width: Int, height: Int, filledWith color: [UInt8]) {
        let bytes = (0..<width * height).flatMap { _ in color }
        self.init(width: width, height: height, channels: color.count, bytes: bytes)
    }
}
