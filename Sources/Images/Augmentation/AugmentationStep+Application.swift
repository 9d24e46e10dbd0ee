import Geometry
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
        case .affine(let rotation, let scale, let translation, let shear, let sampling, let fill):
            let turn = random.uniform(in: rotation)
            let (across, down) = (
                random.uniform(in: -translation...translation), random.uniform(in: -translation...translation)
            )
            let factor = random.uniform(in: scale)
            let tilt = Point(random.uniform(in: shear), random.uniform(in: shear))
            let map = AffineMap(
                about: bitmap.center, rotation: turn, scale: factor, shear: tilt,
                translation: Point(across * Double(bitmap.width), down * Double(bitmap.height)))
            return bitmap.warped(by: map, sampling: sampling, fill: Self.color(fill, of: bitmap))
        case .colorJitter(let brightness, let contrast, let saturation, let hue):
            return Self.jittered(bitmap, brightness, contrast, saturation, hue, using: &random)
        case .grey: return bitmap.grey()
        case .invert: return bitmap.inverted()
        case .autoContrast: return bitmap.autoContrasted()
        case .equalize: return bitmap.equalized()
        case .posterize(let bits): return bitmap.posterized(bits: bits)
        case .solarize(let threshold): return bitmap.solarized(threshold: threshold)
        case .sharpness(let factors): return bitmap.withSharpness(random.uniform(in: factors))
        case .blur(let deviation): return bitmap.blurred(deviation: random.uniform(in: deviation))
        case .randAugment(let count, let magnitude, let sampling, let fill):
            let changes = RandAugment(magnitude: magnitude, sampling: sampling, fill: Self.color(fill, of: bitmap))
            return (0..<count).reduce(bitmap) { picture, _ in changes.applied(to: picture, using: &random) }
        case .erase(let area, let aspect, let fill):
            guard let part = Self.rectangle(in: bitmap, area: area, aspect: aspect, using: &random) else {
                return bitmap
            }
            var result = bitmap
            result.paste(Self.patch(part, of: bitmap, fill, using: &random), x: part.x, y: part.y)
            return result
        }
    }

    /// Four changes in random order; those that are switched off draw nothing.
    private static func jittered(
        _ bitmap: Bitmap, _ brightness: Double, _ contrast: Double, _ saturation: Double, _ hue: Double,
        using random: inout RandomSource
    ) -> Bitmap {
        func factors(_ change: Double) -> ClosedRange<Double> { max(0, 1 - change)...1 + change }
        var changes: [(Bitmap, inout RandomSource) -> Bitmap] = []
        if brightness > 0 { changes.append { $0.withBrightness($1.uniform(in: factors(brightness))) } }
        if contrast > 0 { changes.append { $0.withContrast($1.uniform(in: factors(contrast))) } }
        if saturation > 0 { changes.append { $0.withSaturation($1.uniform(in: factors(saturation))) } }
        if hue > 0 { changes.append { $0.withHue(turnedBy: $1.uniform(in: -hue...hue)) } }
        var result = bitmap
        while !changes.isEmpty {
            let change = changes.remove(at: random.index(below: changes.count))
            result = change(result, &random)
        }
        return result
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
