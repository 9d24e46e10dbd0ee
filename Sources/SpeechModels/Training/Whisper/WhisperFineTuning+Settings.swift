import Optimizers
public import Training

extension WhisperFineTuning {
    /// How a pretrained Whisper is trained further where nothing else is asked for: a few passes at a low rate, which for
    /// adapters is higher, as they begin from nothing.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which warm-up and evaluations follow.
    public static func trainingSettings(adapts: Bool, stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 3
        settings.schedule = LearningRateSchedule(
            .cosine, peak: adapts ? 5e-4 : 2e-5, warmUpSteps: max(1, min(50, stepsPerEpoch / 4)), finalFraction: 0.05)
        settings.optimizer = .adamW(AdamW.Settings(beta2: 0.98, weightDecay: adapts ? 0 : 0.01))
        settings.averageDecay = 0.98
        settings.evaluationInterval = max(1, min(100, stepsPerEpoch / 2))
        return settings
    }

    /// Windows of a batch.
    public static let batchSize = 4

    /// Part of the windows that are learnt with timestamps.
    public static let timestampShare: Float = 0.5
}
