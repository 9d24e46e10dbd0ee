import Kernels

/// Pixels of a picture, counted from its upper left corner.
public struct PixelRectangle: Sendable, Hashable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
}

extension Bitmap {
    // MARK: Cutting and padding

    /// - Precondition: the rectangle has pixels, all of them within the picture.
    public func cropped(to rectangle: PixelRectangle) -> Bitmap {
        precondition(
            rectangle.x >= 0 && rectangle.y >= 0 && rectangle.width > 0 && rectangle.height > 0
                && rectangle.x + rectangle.width <= width && rectangle.y + rectangle.height <= height,
            "\(rectangle) does not lie within \(width) x \(height) pixels")
        guard rectangle.width < width || rectangle.height < height else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(rectangle.width * rectangle.height * channels)
        for row in rectangle.y..<rectangle.y + rectangle.height {
            let start = (row * width + rectangle.x) * channels
            result += bytes[start..<start + rectangle.width * channels]
        }
        return Bitmap(width: rectangle.width, height: rectangle.height, channels: channels, bytes: result)
    }

    /// The middle of the picture; where a pixel is left over, it is cut off at the right or below. A picture that is smaller
    /// is padded evenly with black first.
    public func centerCropped(toWidth newWidth: Int, height newHeight: Int) -> Bitmap {
        let (across, down) = (max(0, newWidth - width), max(0, newHeight - height))
        let picture = padded(
            left: across / 2, top: down / 2, right: across - across / 2, bottom: down - down / 2,
            with: [UInt8](repeating: 0, count: channels))
        return picture.cropped(
            to: PixelRectangle(
                x: (picture.width - newWidth) / 2, y: (picture.height - newHeight) / 2, width: newWidth,
                height: newHeight))
    }

    /// The square in the middle whose side is `fraction` of the shorter side, rounded down.
    public func centerSquare(fraction: Double = 1) -> Bitmap {
        let side = Self.centerSquareSide(width: width, height: height, fraction: fraction)
        return centerCropped(toWidth: side, height: side)
    }

    static func centerSquareSide(width: Int, height: Int, fraction: Double) -> Int {
        max(1, min(min(width, height), Int(fraction * Double(min(width, height)))))
    }

    /// Adds borders of one colour, a value for each channel.
    public func padded(left: Int, top: Int, right: Int, bottom: Int, with color: [UInt8]) -> Bitmap {
        precondition(
            left >= 0 && top >= 0 && right >= 0 && bottom >= 0 && color.count == channels,
            "borders of \(left), \(top), \(right) and \(bottom) pixels with \(color.count) of \(channels) channels")
        guard left + top + right + bottom > 0 else { return self }
        var result = Bitmap(width: left + width + right, height: top + height + bottom, filledWith: color)
        result.paste(self, x: left, y: top)
        return result
    }

    /// Lays another picture with as many channels over this one, its upper left corner at (x, y); what does not fit is cut
    /// off.
    public mutating func paste(_ other: Bitmap, x: Int, y: Int) {
        precondition(other.channels == channels, "\(other.channels) channels laid over \(channels)")
        let columns = max(0, -x)..<max(max(0, -x), min(other.width, width - x))
        guard !columns.isEmpty else { return }
        for row in max(0, -y)..<max(max(0, -y), min(other.height, height - y)) {
            let source = (row * other.width + columns.lowerBound) * channels
            let target = ((y + row) * width + x + columns.lowerBound) * channels
            let count = columns.count * channels
            bytes.replaceSubrange(target..<target + count, with: other.bytes[source..<source + count])
        }
    }

    // MARK: Turning

    /// Left and right change places.
    public func flippedHorizontally() -> Bitmap {
        rearranged(width, height, from: width - 1, across: -1, down: width)
    }

    /// Top and bottom change places.
    public func flippedVertically() -> Bitmap {
        rearranged(width, height, from: (height - 1) * width, across: 1, down: -width)
    }

    /// Turned clockwise by `quarterTurns` right angles.
    public func rotated(quarterTurns: Int) -> Bitmap {
        let (last, count) = ((height - 1) * width, width * height)
        return switch quarterTurns & 3 {
        case 1: rearranged(height, width, from: last, across: -width, down: 1)
        case 2: rearranged(width, height, from: count - 1, across: -1, down: -width)
        case 3: rearranged(height, width, from: width - 1, across: width, down: -1)
        default: self
        }
    }

    /// Rows become columns.
    public func transposed() -> Bitmap { rearranged(height, width, from: 0, across: width, down: 1) }

    /// The upright picture, where this one is stored as `orientation` says.
    public func upright(from orientation: ImageOrientation) -> Bitmap {
        switch orientation {
        case .topLeft: self
        case .topRight: flippedHorizontally()
        case .bottomRight: rotated(quarterTurns: 2)
        case .bottomLeft: flippedVertically()
        case .leftTop: transposed()
        case .rightTop: rotated(quarterTurns: 1)
        case .rightBottom: transposed().rotated(quarterTurns: 2)
        case .leftBottom: rotated(quarterTurns: 3)
        }
    }

    /// The pixel (x, y) of the result is pixel `first` + x · `across` + y · `down` of this picture.
    private func rearranged(_ newWidth: Int, _ newHeight: Int, from first: Int, across: Int, down: Int) -> Bitmap {
        let result = Pixels.rearranged(
            bytes, channels: channels, from: first, across: across, down: down, toWidth: newWidth, height: newHeight)
        return Bitmap(width: newWidth, height: newHeight, channels: channels, bytes: result)
    }
}
