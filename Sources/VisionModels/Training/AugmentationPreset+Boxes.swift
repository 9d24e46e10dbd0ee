import Images

extension AugmentationPreset {
    /// The changes to pictures in which things are to be found: mirrored, scaled and moved (light), and with other colours and
    /// four pictures in one at times (standard).
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
        case .standard:
            (augmentation.scale, augmentation.aspect) = (0.7...1.4, 0.8...1.25)
            augmentation.mosaicProbability = 0.3
            augmentation.colors = ImageAugmentation([
                .sometimes(0.8, .colorJitter(brightness: 0.2, contrast: 0.2, saturation: 0.3, hue: 0.02))
            ])
        }
        return augmentation
    }
}
