/// One change of an ``ImageAugmentation``.
///
/// Colours (`fill`) are a value for each channel, or one value for all of them.
public enum AugmentationStep: Sendable, Hashable, Codable {
    /// The step with this probability; else the picture stays.
    indirect case sometimes(_ probability: Double, _ step: AugmentationStep)
    case flipHorizontally
    case flipVertically
    /// A rectangle whose area is a part of the picture's and whose width over height is `aspect`, resized to `width` x
    /// `height` pixels (Szegedy et al., "Going Deeper with Convolutions", 2015, section 6).
    case resizedCrop(
        width: Int, height: Int, area: ClosedRange<Double> = 0.08...1, aspect: ClosedRange<Double> = 0.75...1.3333,
        interpolation: Interpolation = .bilinear)
    /// A border of so many pixels on each side, then a part of the picture's own size: a shift by as much at most.
    case paddedCrop(border: Int, fill: [UInt8] = [0])
    /// A rectangle is filled, its area a part of the picture's and its width over height `aspect` (Zhong et al., "Random
    /// Erasing Data Augmentation", 2020); with noise where there is no colour.
    case erase(
        area: ClosedRange<Double> = 0.02...0.33, aspect: ClosedRange<Double> = 0.3...3.3333, fill: [UInt8]? = nil)
}

extension AugmentationStep {
    /// Why the step cannot be done with any picture; nil where it can.
    public var problem: String? {
        switch self {
        case .flipHorizontally, .flipVertically: nil
        case .sometimes(let probability, let step):
            (0...1).contains(probability) ? step.problem : "a probability is a number from 0 to 1"
        case .resizedCrop(let width, let height, let area, let aspect, _):
            (1...65_535).contains(width) && (1...65_535).contains(height)
                ? Self.problem(area: area, aspect: aspect) : "1 to 65535 pixels are possible"
        case .paddedCrop(let border, let fill):
            (0...65_535).contains(border) ? Self.problem(fill: fill) : "a border has 0 to 65535 pixels"
        case .erase(let area, let aspect, let fill):
            Self.problem(area: area, aspect: aspect) ?? fill.flatMap(Self.problem(fill:))
        }
    }

    private static func problem(area: ClosedRange<Double>, aspect: ClosedRange<Double>) -> String? {
        guard area.lowerBound > 0, area.upperBound <= 1 else { return "an area is more than 0 and at most 1" }
        guard aspect.lowerBound >= 0.001, aspect.upperBound <= 1_000 else { return "an aspect is from 0.001 to 1000" }
        return nil
    }

    private static func problem(fill: [UInt8]) -> String? {
        (1...4).contains(fill.count) ? nil : "a colour has 1 to 4 values"
    }
}

extension AugmentationStep: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sometimes(let probability, let step): "\(step) (probability \(probability))"
        case .flipHorizontally: "flip horizontally"
        case .flipVertically: "flip vertically"
        case .resizedCrop(let width, let height, let area, let aspect, let interpolation):
            "crop of \(Self.text(area)) of the area and aspect \(Self.text(aspect)), \(interpolation) to "
                + "\(width) x \(height)"
        case .paddedCrop(let border, _): "shift by up to \(border) pixels"
        case .erase(let area, let aspect, let fill):
            "erase \(Self.text(area)) of the area with aspect \(Self.text(aspect))\(fill == nil ? " by noise" : "")"
        }
    }

    private static func text(_ range: ClosedRange<Double>) -> String {
        range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
