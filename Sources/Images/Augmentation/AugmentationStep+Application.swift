import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension AugmentationStep {
    /// - Precondition: the step has no ``problem``.
    func applied(to bitmap: Bitmap, using random: inout RandomSource) -> Bitmap {
        switch self {
        case .sometimes(let probability, let step):
            return random.uniform(in: 0...1) < probability ? step.applied(to: bitmap, using: &random) : bitmap
        case .flipHorizontally: return bitmap.flippedHorizontally()
        case .flipVertically: return bitmap.flippedVertically()
        case .resizedCrop(let width, let height, let area, let aspect, let interpolation):
            let part =
                Self.rectangle(in: bitmap, area: area, aspect: aspect, using: &random)
                ?? Self.middle(of: bitmap, aspect: aspect)
            return bitmap.cropped(to: part).resized(toWidth: width, height: height, by: interpolation)
        case .paddedCrop(let border, let fill):
            let (x, y) = (random.index(below: 2 * border + 1) - border, random.index(below: 2 * border + 1) - border)
            guard x != 0 || y != 0 else { return bitmap }
            var result = Bitmap(
                width: bitmap.width, height: bitmap.height, filledWith: Self.color(fill, of: bitmap))
            result.paste(bitmap, x: x, y: y)
            return result
        case .erase(let area, let aspect, let fill):
            guard let part = Self.rectangle(in: bitmap, area: area, aspect: aspect, using: &random) else {
                return bitmap
            }
            var result = bitmap
            result.paste(Self.patch(part, of: bitmap, fill, using: &random), x: part.x, y: part.y)
            return result
        }
    }

    /// As many values as the picture has channels.
    private static func color(_ fill: [UInt8], of bitmap: Bitmap) -> [UInt8] {
        fill.count == bitmap.channels ? fill : [UInt8](repeating: fill[0], count: bitmap.channels)
    }

    /// A rectangle of a random area and aspect (in its logarithm) anywhere in the picture; nil where none of ten lies
    /// within it.
    private static func rectangle(
        in bitmap: Bitmap, area: ClosedRange<Double>, aspect: ClosedRange<Double>, using random: inout RandomSource
    ) -> PixelRectangle? {
        let pixels = Double(bitmap.width * bitmap.height)
        for _ in 0..<10 {
            let wanted = pixels * random.uniform(in: area)
            let ratio = exp(random.uniform(in: log(aspect.lowerBound)...log(aspect.upperBound)))
            let width = Int((wanted * ratio).squareRoot().rounded())
            let height = Int((wanted / ratio).squareRoot().rounded())
            guard (1...bitmap.width).contains(width), (1...bitmap.height).contains(height) else { continue }
            return PixelRectangle(
                x: random.index(below: bitmap.width - width + 1), y: random.index(below: bitmap.height - height + 1),
                width: width, height: height)
        }
        return nil
    }

    /// The largest rectangle in the middle whose aspect is in the range.
    private static func middle(of bitmap: Bitmap, aspect: ClosedRange<Double>) -> PixelRectangle {
        let ratio = Double(bitmap.width) / Double(bitmap.height)
        var (width, height) = (bitmap.width, bitmap.height)
        if ratio < aspect.lowerBound {
            height = max(1, Int((Double(width) / aspect.lowerBound).rounded()))
        } else if ratio > aspect.upperBound {
            width = max(1, Int((Double(height) * aspect.upperBound).rounded()))
        }
        return PixelRectangle(
            x: (bitmap.width - width) / 2, y: (bitmap.height - height) / 2, width: width, height: height)
    }

    private static func patch(
        _ part: PixelRectangle, of bitmap: Bitmap, _ fill: [UInt8]?, using random: inout RandomSource
    ) -> Bitmap {
        if let fill {
            return Bitmap(width: part.width, height: part.height, filledWith: color(fill, of: bitmap))
        }
        let count = part.width * part.height * bitmap.channels
        var noise: [UInt8] = []
        noise.reserveCapacity(count + 8)
        while noise.count < count { withUnsafeBytes(of: random.next().littleEndian) { noise += $0 } }
        noise.removeLast(noise.count - count)
        return Bitmap(width: part.width, height: part.height, channels: bitmap.channels, bytes: noise)
    }
}
