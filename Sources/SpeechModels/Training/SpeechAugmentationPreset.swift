public import Audio

/// Random changes to recordings that are learnt from, by how far they go.
public enum SpeechAugmentationPreset: String, Sendable, CaseIterable {
    case none
    /// Speed by a tenth, loudness, and a stripe blotted out of bands and one of time.
    case light
    /// With noise and more stripes.
    case standard

    public var sound: SoundAugmentation? {
        switch self {
        case .none: nil
        case .light: SoundAugmentation(speeds: [0.9, 1, 1.1], gain: -6...6)
        case .standard:
            SoundAugmentation(speeds: [0.9, 1, 1.1], gain: -10...10, noiseProbability: 0.4, signalToNoise: 5...30)
        }
    }

    public var masking: SpectrogramMasking? {
        switch self {
        case .none: nil
        case .light: SpectrogramMasking(bandMasks: 1, bandWidth: 15, timeMasks: 1, timeShare: 0.04)
        case .standard: SpectrogramMasking(bandMasks: 2, bandWidth: 20, timeMasks: 2, timeShare: 0.05)
        }
    }
}
