public import Images

/// Random changes that leave a picture's class as it is, by how far they go.
public enum AugmentationPreset: String, Sendable, CaseIterable {
    case none
    /// Small pictures are shifted by a few pixels and mirrored (He et al. 2016, section 4.2); of larger ones a part that is
    /// at least half of them is taken, and mirrored.
    case light
    /// With parts erased in addition (Zhong et al. 2020).
    case standard
    /// With two of fourteen changes of colour and form in addition (Cubuk et al. 2019).
    case strong

    /// From this height and width on, pictures are large.
    private static let largeSize = 64

    /// The changes to pictures that have the network's size.
    public func augmentation(width: Int, height: Int) -> ImageAugmentation {
        let isLarge = min(width, height) >= Self.largeSize
        let light: [AugmentationStep] = [
            isLarge
                ? .resizedCrop(width: width, height: height, area: 0.5...1)
                : .paddedCrop(border: max(1, min(width, height) / 14)),
            .sometimes(0.5, .flipHorizontally),
        ]
        let erased = AugmentationStep.sometimes(0.25, .erase(area: 0.02...0.2))
        return switch self {
        case .none: ImageAugmentation([])
        case .light: ImageAugmentation(light)
        case .standard: ImageAugmentation(light + [erased])
        case .strong: ImageAugmentation(light + [.randAugment(), erased])
        }
    }
}
