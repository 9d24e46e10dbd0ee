public import Audio

/// Random changes to recordings that are learnt from, by how far they go.
public enum SpeechAugmentationPreset: String, Sendable, CaseIterable {
    case none
    /// Speed by a tenth, loudness, and a stripe blotted out of bands and one of time.
    case light
    /// With noise and more stripes.
    case standard
    /// The same, and speed by a fourth: voices that nobody of the data has, where few speak in it.
    case strong

    public var sound: SoundAugmentation? {
        switch self {
        case .none: nil
        case .light: SoundAugmentation(speeds: [0.9, 1, 1.1], gain: -6...6)
        case .standard:
            SoundAugmentation(speeds: [0.9, 1, 1.1], gain: -10...10, noiseProbability: 0.4, signalToNoise: 5...30)
        case .strong:
            SoundAugmentation(
                speeds: [0.8, 0.85, 0.9, 0.95, 1, 1.06, 1.12, 1.18, 1.25], gain: -10...10, noiseProbability: 0.4,
                signalToNoise: 5...30)
        }
    }

    public var masking: SpectrogramMasking? {
        switch self {
        case .none: nil
        case .light: SpectrogramMasking(bandMasks: 1, bandWidth: 15, timeMasks: 1, timeShare: 0.04)
        case .standard, .strong: SpectrogramMasking(bandMasks: 2, bandWidth: 20, timeMasks: 2, timeShare: 0.05)
        }
    }
}
