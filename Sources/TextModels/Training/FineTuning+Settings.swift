import Optimizers
public import Training

extension FineTuning {
    /// How a pretrained model is trained further where nothing else is asked for: a few passes over the data at a low
    /// rate, which for adapters is higher, as they begin from nothing.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which warm-up and evaluations follow.
    public static func trainingSettings(adapts: Bool, stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 3
        settings.schedule = LearningRateSchedule(
            .cosine, peak: adapts ? 2e-4 : 2e-5, warmUpSteps: max(1, stepsPerEpoch * 3 / 20), finalFraction: 0.1)
        settings.optimizer = .adamW(AdamW.Settings(weightDecay: adapts ? 0 : 0.01))
        settings.evaluationInterval = max(1, min(250, stepsPerEpoch))
        return settings
    }

    /// Sequences of a batch.
    public static let batchSize = 8

    /// Tokens of a block of text: a model's whole context may be more than a batch should hold.
    public static let blockLength = 512
}
