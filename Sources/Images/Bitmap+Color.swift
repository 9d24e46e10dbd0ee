import Kernels

/// Changes of colour, as Pillow's ImageEnhance and ImageOps make them, within one grey level. Pictures have one channel
/// (grey) or three (red, green, blue); factors are from 0 to 64.
extension Bitmap {
    /// 0 is black, 1 this picture.
    public func withBrightness(_ factor: Double) -> Bitmap {
        mapped { _ in Self.blended(from: 0, factor) }
    }

    /// 0 is the picture's mean grey value everywhere, 1 this picture.
    public func withContrast(_ factor: Double) -> Bitmap {
        let greys = channels == 1 ? bytes : Pixels.grey(bytes)
        let sum = greys.reduce(into: 0) { $0 += Int($1) }
        let mean = (sum * 2 + greys.count) / (2 * greys.count)
        return mapped { _ in Self.blended(from: mean, factor) }
    }

    /// 0 is grey, 1 this picture; grey pictures stay as they are.
    public func withSaturation(_ factor: Double) -> Bitmap {
        channels == 1 ? self : replacing(Pixels.saturated(bytes, factor: factor))
    }

    /// 0 is a smoothed picture, 1 this one.
    public func withSharpness(_ factor: Double) -> Bitmap {
        let smooth = Pixels.smoothed(bytes, width: width, height: height, channels: channels)
        return replacing(Pixels.blended(smooth, bytes, factor: factor))
    }

    /// The hue turned by a part of the circle: ½ makes red cyan; grey pictures stay as they are.
    ///
    /// - Parameter turn: −½ to ½; rounded to 1/255 towards 0.
    public func withHue(turnedBy turn: Double) -> Bitmap {
        precondition(abs(turn) <= 0.5, "a turn of the hue of \(turn)")
        return channels == 1
            ? self : replacing(Pixels.hueTurned(bytes, shift: UInt8(truncatingIfNeeded: Int(turn * 255))))
    }

    /// Every channel the picture's grey value.
    public func grey() -> Bitmap { withSaturation(0) }

    public func inverted() -> Bitmap { mapped { _ in (0...255).reversed() } }

    /// What is at least `threshold` is inverted; none at 256.
    public func solarized(threshold: Int) -> Bitmap {
        mapped { _ in (0...255).map { $0 < threshold ? UInt8($0) : UInt8(255 - $0) } }
    }

    /// Keeps the upper bits, 0 to 8, of each value.
    public func posterized(bits: Int) -> Bitmap {
        precondition((0...8).contains(bits), "\(bits) bits of 8")
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> bits)
        return mapped { _ in (0...255).map { UInt8($0) & mask } }
    }

    /// Each channel stretched so that its least value becomes 0 and its greatest 255.
    public func autoContrasted() -> Bitmap {
        mapped { channel in
            let histogram = histogram(of: channel)
            guard let least = histogram.firstIndex(where: { $0 > 0 }),
                let greatest = histogram.lastIndex(where: { $0 > 0 }), least < greatest
            else { return Self.unchanged }
            let scale = 255 / Double(greatest - least)
            return (0...255).map { UInt8(max(0, min(255, Double($0 - least) * scale))) }
        }
    }

    /// Each channel mapped so that its values occur about equally often.
    public func equalized() -> Bitmap {
        mapped { channel in
            let histogram = histogram(of: channel)
            let last = histogram.last { $0 > 0 } ?? 0
            let step = (width * height - last) / 255
            guard step > 0 else { return Self.unchanged }
            var below = step / 2
            return histogram.map { count in
                defer { below += count }
                return UInt8(min(255, below / step))
            }
        }
    }

    // MARK: Tables

    private static let unchanged = [UInt8](0...255)

    private static func blended(from degenerate: Int, _ factor: Double) -> [UInt8] {
        Pixels.blended([UInt8](repeating: UInt8(degenerate), count: 256), unchanged, factor: factor)
    }

    private func histogram(of channel: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: 256)
        for place in stride(from: channel, to: bytes.count, by: channels) { counts[Int(bytes[place])] += 1 }
        return counts
    }

    private func mapped(_ table: (_ channel: Int) -> [UInt8]) -> Bitmap {
        replacing(Pixels.mapped(bytes, channels: channels, by: (0..<channels).flatMap(table)))
    }

    private func replacing(_ bytes: [UInt8]) -> Bitmap {
        Bitmap(width: width, height: height, channels: channels, bytes: bytes)
    }
}
