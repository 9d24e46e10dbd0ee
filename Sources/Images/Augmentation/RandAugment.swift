import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One of 14 changes, drawn evenly, as strong as the magnitude says: Cubuk et al., "RandAugment: Practical Automated Data
/// Augmentation with a Reduced Search Space" (2019), with the strengths of torchvision.
struct RandAugment {
    static let largestMagnitude = 30

    enum Change: CaseIterable {
        case identity, shearX, shearY, translateX, translateY, rotate
        case brightness, color, contrast, sharpness, posterize, solarize, autoContrast, equalize

        /// Whether its strength is turned round in half of the cases.
        var isSigned: Bool {
            switch self {
            case .shearX, .shearY, .translateX, .translateY, .rotate, .brightness, .color, .contrast, .sharpness: true
            case .identity, .posterize, .solarize, .autoContrast, .equalize: false
            }
        }
    }

    /// 0 to 30.
    let magnitude: Int
    let sampling: Bitmap.Sampling
    /// A value for each channel.
    let fill: [UInt8]

    func applied(to bitmap: Bitmap, using random: inout RandomSource) -> Bitmap {
        let change = Change.allCases[random.index(below: Change.allCases.count)]
        let isNegative = change.isSigned && random.index(below: 2) == 1
        return applied(change, isNegative: isNegative, to: bitmap)
    }

    func applied(_ change: Change, isNegative: Bool, to bitmap: Bitmap) -> Bitmap {
        let part = Double(magnitude) / Double(Self.largestMagnitude)
        let strength = isNegative ? -part : part
        // A share of the 331 pixels of the pictures in the paper.
        func shift(_ extent: Int) -> Double { (strength * 150 / 331 * Double(extent)).rounded(.towardZero) }
        switch change {
        case .identity: return bitmap
        case .shearX: return warped(bitmap, AffineMap(a: 1, b: 0.3 * strength, c: 0, d: 0, e: 1, f: 0))
        case .shearY: return warped(bitmap, AffineMap(a: 1, b: 0, c: 0, d: 0.3 * strength, e: 1, f: 0))
        case .translateX: return warped(bitmap, AffineMap(a: 1, b: 0, c: -shift(bitmap.width), d: 0, e: 1, f: 0))
        case .translateY: return warped(bitmap, AffineMap(a: 1, b: 0, c: 0, d: 0, e: 1, f: -shift(bitmap.height)))
        case .rotate: return warped(bitmap, AffineMap(about: bitmap.center, rotation: -30 * strength))
        case .brightness: return bitmap.withBrightness(1 + 0.9 * strength)
        case .color: return bitmap.withSaturation(1 + 0.9 * strength)
        case .contrast: return bitmap.withContrast(1 + 0.9 * strength)
        case .sharpness: return bitmap.withSharpness(1 + 0.9 * strength)
        case .posterize: return bitmap.posterized(bits: 8 - Int((4 * part).rounded()))
        case .solarize:
            // 255 at 0, 0 at the largest magnitude, rounded up.
            let rest = 255 * (Self.largestMagnitude - magnitude)
            return bitmap.solarized(threshold: (rest + Self.largestMagnitude - 1) / Self.largestMagnitude)
        case .autoContrast: return bitmap.autoContrasted()
        case .equalize: return bitmap.equalized()
        }
    }

    private func warped(_ bitmap: Bitmap, _ map: AffineMap) -> Bitmap {
        bitmap.warped(by: map, sampling: sampling, fill: fill)
    }
}
