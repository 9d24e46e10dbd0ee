import Optimizers
public import Training

extension ObjectDetectorTuning {
    /// How a detector on a pretrained network is trained where nothing else is asked for.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which warm-up and evaluations follow.
    public static func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 36
        settings.schedule = LearningRateSchedule(
            .cosine, peak: 4e-3, warmUpSteps: max(1, 2 * stepsPerEpoch), finalFraction: 0.02)
        settings.optimizer = .adamW(AdamW.Settings(weightDecay: 0.02))
        settings.gradientNormLimit = 10
        settings.averageDecay = 0.99
        settings.evaluationInterval = max(1, stepsPerEpoch)
        return settings
    }

    public static let batchSize = 8
}
