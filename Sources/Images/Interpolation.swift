import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How a picture's size is changed.
public enum Interpolation: String, Sendable, Hashable, CaseIterable, Codable {
    /// The pixel under the centre of the new one.
    case nearest
    /// The average of the pixels whose centres a new one covers.
    case box
    /// The average of what a new pixel covers, pixels at its border by the part that is covered.
    case area
    case bilinear
    /// Keys' cubic, with a = −½, or −¾ where it is not antialiased.
    case bicubic
    /// A sinc within three lobes of another one.
    case lanczos

    /// The radius of the filter in source pixels, where the size stays.
    private var radius: Double {
        switch self {
        case .nearest, .box, .area: 0.5
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    private func weight(_ distance: Double, cubic a: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .nearest, .area, .box: return distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear: return max(0, 1 - x)
        case .bicubic:
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        case .lanczos:
            func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
            return x < 3 ? sinc(x) * sinc(x / 3) : 0
        }
    }

    /// Which source pixels the new pixel `index` is made of, and with which weights (of any sum).
    ///
    /// - Parameter ratio: source pixels per new pixel.
    private func taps(_ index: Int, ratio: Double, source: Int, isAntialiased: Bool) -> (first: Int, weights: [Double])
    {
        let center = (Double(index) + 0.5) * ratio
        switch self {
        case .nearest: return (min(source - 1, Int(center)), [1])
        case .area:
            let (lower, upper) = (Double(index) * ratio, Double(index + 1) * ratio)
            let first = min(source - 1, Int(lower))
            let end = max(first + 1, min(source, Int(upper.rounded(.up))))
            let covered = (first..<end).map { max(0, min(upper, Double($0 + 1)) - max(lower, Double($0))) }
            return (first, covered)
        case .box, .bilinear, .bicubic, .lanczos: break
        }
        if isAntialiased || self == .box {
            // The filter widens with the new pixel; what it would need beyond the border is left out.
            let scale = max(1, ratio)
            let first = max(0, Int(center - radius * scale + 0.5))
            let end = min(source, Int(center + radius * scale + 0.5))
            return (first, (first..<end).map { weight((Double($0) - center + 0.5) / scale, cubic: -0.5) })
        }
        // The nearest pixels alone; the border's pixel stands for those beyond it.
        let (position, reach) = (center - 0.5, Int(radius))
        let base = Int(position.rounded(.down))
        let first = max(0, min(source - 1, base - reach + 1))
        let last = max(first, min(source - 1, base + reach))
        var weights = [Double](repeating: 0, count: last - first + 1)
        for tap in base - reach + 1...base + reach {
            weights[max(first, min(last, tap)) - first] += weight(Double(tap) - position, cubic: -0.75)
        }
        return (first, weights)
    }

    func axis(from source: Int, to count: Int, isAntialiased: Bool) -> ResamplingAxis {
        let ratio = Double(source) / Double(count)
        let taps = (0..<count).map { self.taps($0, ratio: ratio, source: source, isAntialiased: isAntialiased) }
        let stride = taps.map(\.weights.count).max() ?? 0
        var weights = [Int32](repeating: 0, count: count * stride)
        for (index, tap) in taps.enumerated() {
            let factor = Double(1 << ResamplingAxis.weightBits) / tap.weights.reduce(0, +)
            for (place, weight) in tap.weights.enumerated() {
                weights[index * stride + place] = Int32((weight * factor).rounded())
            }
        }
        return ResamplingAxis(
            sourceCount: source, starts: taps.map { Int32($0.first) }, counts: taps.map { Int32($0.weights.count) },
            weights: weights, stride: stride)
    }
}

extension Bitmap {
    /// The same picture with another number of pixels. Pixel centres lie at halves, so borders stay where they are.
    ///
    /// - Parameter isAntialiased: a smaller picture averages all pixels that a new one covers, as Pillow does. Without it,
    ///   bilinear, bicubic and lanczos look at the nearest two, four or six pixels only, as OpenCV and TensorFlow do by
    ///   default; `nearest`, `box` and `area` do not change.
    public func resized(
        toWidth newWidth: Int, height newHeight: Int, by interpolation: Interpolation, isAntialiased: Bool = true
    ) -> Bitmap {
        precondition(newWidth > 0 && newHeight > 0, "a picture cannot have \(newWidth) x \(newHeight) pixels")
        guard newWidth != width || newHeight != height else { return self }
        let columns = interpolation.axis(from: width, to: newWidth, isAntialiased: isAntialiased)
        let rows = interpolation.axis(from: height, to: newHeight, isAntialiased: isAntialiased)
        // As Pillow does with antialiasing, and OpenCV without it.
        let result = Pixels.resampled(
            bytes, channels: channels, columns: columns, rows: rows, isRoundedBetween: isAntialiased)
        return Bitmap(width: newWidth, height: newHeight, channels: channels, bytes: result)
    }

    /// The shorter side becomes `side` pixels; the other keeps the proportion, rounded down.
    public func resized(
        shortSide side: Int, by interpolation: Interpolation, isAntialiased: Bool = true
    ) -> Bitmap {
        let size = Self.size(width: width, height: height, shortSide: side)
        return resized(toWidth: size.width, height: size.height, by: interpolation, isAntialiased: isAntialiased)
    }

    /// The size of a picture whose shorter side becomes `side`.
    static func size(width: Int, height: Int, shortSide side: Int) -> (width: Int, height: Int) {
        func long(_ long: Int, _ short: Int) -> Int { max(side, Int(Double(side) * Double(long) / Double(short))) }
        return width <= height ? (side, long(height, width)) : (long(width, height), side)
    }
}
