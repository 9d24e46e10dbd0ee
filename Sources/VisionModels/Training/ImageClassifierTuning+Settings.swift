import Optimizers
public import Training

extension ImageClassifierTuning {
    /// How a pretrained network is trained further where nothing else is asked for: a few passes at a low rate.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which warm-up and evaluations follow.
    public static func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 8
        settings.schedule = LearningRateSchedule(
            .cosine, peak: 5e-4, warmUpSteps: max(1, stepsPerEpoch / 2), finalFraction: 0.01)
        settings.optimizer = .adamW(AdamW.Settings(weightDecay: 0.01))
        settings.evaluationInterval = max(1, stepsPerEpoch)
        return settings
    }

    public static let batchSize = 32
}
