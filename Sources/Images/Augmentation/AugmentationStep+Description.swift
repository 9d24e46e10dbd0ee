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
        case .affine(let rotation, let scale, let translation, let shear, let sampling, _):
            "turn by \(Self.text(rotation)) degrees, scale by \(Self.text(scale)), move by up to \(translation), shear by "
                + "\(Self.text(shear)) degrees (\(sampling))"
        case .colorJitter(let brightness, let contrast, let saturation, let hue):
            "change brightness by up to \(brightness), contrast by \(contrast), saturation by \(saturation), hue by "
                + "\(hue)"
        case .grey: "grey"
        case .invert: "invert"
        case .autoContrast: "stretch contrast"
        case .equalize: "equalize"
        case .posterize(let bits): "posterize to \(bits) bits"
        case .solarize(let threshold): "solarize from \(threshold) on"
        case .sharpness(let factors): "sharpness \(Self.text(factors))"
        case .blur(let deviation): "blur by \(Self.text(deviation)) pixels"
        case .randAugment(let count, let magnitude, let sampling, _):
            "RandAugment with \(count) changes of magnitude \(magnitude) (\(sampling))"
        case .erase(let area, let aspect, let fill):
            "erase \(Self.text(area)) of the area with aspect \(Self.text(aspect))\(fill == nil ? " by noise" : "")"
        }
    }

    private static func text(_ range: ClosedRange<Double>) -> String {
        range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}
