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
        var bytes: [UInt8]
        if let first = color.first, color.allSatisfy({ $0 == first }) {
            bytes = [UInt8](repeating: first, count: width * height * color.count)
        } else {
            let row = (0..<width).flatMap { _ in color }
            bytes = []
            bytes.reserveCapacity(height * row.count)
            for _ in 0..<height { bytes += row }
        }
        self.init(width: width, height: height, channels: color.count, bytes: bytes)
    }

    /// The channels of the pixel in column `x` and row `y`.
    public subscript(x: Int, y: Int) -> ArraySlice<UInt8> {
        precondition(
            (0..<width).contains(x) && (0..<height).contains(y),
            "(\(x), \(y)) lies outside of \(width) x \(height) pixels")
        let start = (y * width + x) * channels
        return bytes[start..<start + channels]
    }

    /// Red, green and blue; grey becomes three equal values, and what is transparent shows `background`.
    public func rgb(over background: [UInt8] = [255, 255, 255]) -> Bitmap {
        precondition(background.count == 3, "a background is red, green and blue, not \(background.count) values")
        guard channels != 3 else { return self }
        let (hasAlpha, isGrey) = (channels % 2 == 0, channels < 3)
        var result: [UInt8] = []
        result.reserveCapacity(width * height * 3)
        for start in stride(from: 0, to: bytes.count, by: channels) {
            let alpha = hasAlpha ? Int(bytes[start + channels - 1]) : 255
            for color in 0..<3 {
                let (front, back) = (Int(bytes[start + (isGrey ? 0 : color)]), Int(background[color]))
                result.append(UInt8((front * alpha + back * (255 - alpha) + 127) / 255))
            }
        }
        return Bitmap(width: width, height: height, channels: 3, bytes: result)
    }
}
