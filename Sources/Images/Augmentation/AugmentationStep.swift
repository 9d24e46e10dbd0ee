/// One change of an ``ImageAugmentation``.
///
/// Ranges are those from which a number is drawn evenly; colours (`fill`) are a value for each channel, or one value for all
/// of them.
public enum AugmentationStep: Sendable, Hashable, Codable {
    /// The step with this probability; else the picture stays.
    indirect case sometimes(_ probability: Double, _ step: AugmentationStep)

    // MARK: Where things are

    case flipHorizontally
    case flipVertically
    /// A rectangle whose area is a part of the picture's and whose width over height is `aspect`, resized to `width` x
    /// `height` pixels (Szegedy et al., "Going Deeper with Convolutions", 2015, section 6).
    case resizedCrop(
        width: Int, height: Int, area: ClosedRange<Double> = 0.08...1, aspect: ClosedRange<Double> = 0.75...1.3333,
        interpolation: Interpolation = .bilinear)
    /// A border of so many pixels on each side, then a part of the picture's own size: a shift by as much at most.
    case paddedCrop(border: Int, fill: [UInt8] = [0])
    /// Turned and sheared by degrees, scaled by a factor, and moved by up to a part of the picture's width and height.
    case affine(
        rotation: ClosedRange<Double> = 0...0, scale: ClosedRange<Double> = 1...1, translation: Double = 0,
        shear: ClosedRange<Double> = 0...0, sampling: Bitmap.Sampling = .bilinear, fill: [UInt8] = [0])

    // MARK: Colours

    /// Factors from 1 − x to 1 + x, and a turn of the hue by up to x of the circle either way, in random order.
    case colorJitter(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0)
    case grey
    case invert
    case autoContrast
    case equalize
    case posterize(bits: Int)
    case solarize(threshold: Int)
    case sharpness(ClosedRange<Double>)
    /// Deviations of a Gaussian, in pixels.
    case blur(deviation: ClosedRange<Double> = 0.1...2)

    // MARK: Both

    /// So many of 14 changes, each as strong as the magnitude (0 to 30) says (Cubuk et al., "RandAugment", 2019).
    case randAugment(
        count: Int = 2, magnitude: Int = 9, sampling: Bitmap.Sampling = .bilinear, fill: [UInt8] = [128])
    /// A rectangle is filled, its area a part of the picture's and its width over height `aspect` (Zhong et al., "Random
    /// Erasing Data Augmentation", 2020); with noise where there is no colour.
    case erase(
        area: ClosedRange<Double> = 0.02...0.33, aspect: ClosedRange<Double> = 0.3...3.3333, fill: [UInt8]? = nil)
}

extension AugmentationStep {
    /// Why the step cannot be done with any picture; nil where it can.
    public var problem: String? {
        switch self {
        case .flipHorizontally, .flipVertically, .grey, .invert, .autoContrast, .equalize: nil
        case .sometimes(let probability, let step):
            (0...1).contains(probability) ? step.problem : "a probability is a number from 0 to 1"
        case .resizedCrop(let width, let height, let area, let aspect, _):
            (1...65_535).contains(width) && (1...65_535).contains(height)
                ? Self.problem(area: area, aspect: aspect) : "1 to 65535 pixels are possible"
        case .paddedCrop(let border, let fill):
            (0...65_535).contains(border) ? Self.problem(fill: fill) : "a border has 0 to 65535 pixels"
        case .affine(let rotation, let scale, let translation, let shear, _, let fill):
            Self.problem("a rotation", rotation, within: -360...360) ?? Self.problem(
                "a scale", scale, within: 0.01...100)
                ?? Self.problem("a translation", translation, within: 0...1)
                ?? Self.problem("a shear", shear, within: -80...80) ?? Self.problem(fill: fill)
        case .colorJitter(let brightness, let contrast, let saturation, let hue):
            Self.problem("a change of brightness", brightness, within: 0...63)
                ?? Self.problem("a change of contrast", contrast, within: 0...63)
                ?? Self.problem("a change of saturation", saturation, within: 0...63)
                ?? Self.problem("a change of hue", hue, within: 0...0.5)
        case .posterize(let bits): (0...8).contains(bits) ? nil : "0 to 8 bits are possible"
        case .solarize(let threshold): (0...256).contains(threshold) ? nil : "a threshold is from 0 to 256"
        case .sharpness(let factors): Self.problem("a sharpness", factors, within: 0...64)
        case .blur(let deviation): Self.problem("a deviation", deviation, within: 0.01...100)
        case .randAugment(let count, let magnitude, _, let fill):
            (0...100).contains(count) && (0...RandAugment.largestMagnitude).contains(magnitude)
                ? Self.problem(fill: fill) : "0 to 100 changes of magnitude 0 to 30 are possible"
        case .erase(let area, let aspect, let fill):
            Self.problem(area: area, aspect: aspect) ?? fill.flatMap(Self.problem(fill:))
        }
    }

    private static func problem(area: ClosedRange<Double>, aspect: ClosedRange<Double>) -> String? {
        guard area.lowerBound > 0 else { return "an area is more than 0" }
        return problem("an area", area, within: 0...1) ?? problem("an aspect", aspect, within: 0.001...1_000)
    }

    private static func problem(
        _ what: String, _ range: ClosedRange<Double>, within limits: ClosedRange<Double>
    ) -> String? {
        limits.contains(range.lowerBound) && limits.contains(range.upperBound)
            ? nil : "\(what) is from \(limits.lowerBound) to \(limits.upperBound)"
    }

    private static func problem(_ what: String, _ number: Double, within limits: ClosedRange<Double>) -> String? {
        limits.contains(number) ? nil : "\(what) is from \(limits.lowerBound) to \(limits.upperBound)"
    }

    private static func problem(fill: [UInt8]) -> String? {
        (1...4).contains(fill.count) ? nil : "a colour has 1 to 4 values"
    }
}
