import Images

extension AugmentationPreset {
    /// The changes to pictures in which things are to be found: mirrored, scaled and moved (light), with other colours and
    /// four pictures in one at times (standard), or with more of all that (strong).
    ///
    /// - Parameter anyWayUp: whether things may stand on their heads.
    public func boxAugmentation(anyWayUp: Bool) -> BoxAugmentation {
        var augmentation = BoxAugmentation()
        augmentation.flipsVertically = anyWayUp
        switch self {
        case .none:
            (augmentation.flipsHorizontally, augmentation.flipsVertically) = (false, false)
        case .light:
            (augmentation.scale, augmentation.aspect) = (0.8...1.25, 0.9...1.1)
        case .standard, .strong:
            let isStrong = self == .strong
            (augmentation.scale, augmentation.aspect) = (isStrong ? 0.5...2 : 0.7...1.4, 0.8...1.25)
            augmentation.mosaicProbability = isStrong ? 0.7 : 0.3
            let jitter = AugmentationStep.colorJitter(
                brightness: isStrong ? 0.4 : 0.2, contrast: isStrong ? 0.4 : 0.2, saturation: isStrong ? 0.5 : 0.3,
                hue: 0.02)
            augmentation.colors = ImageAugmentation([.sometimes(0.8, jitter)])
        }
        return augmentation
    }
}
