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

    /// The same for this model: transformers bear much lower rates (Fang et al. 2021, section 3.1).
    public func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = Self.trainingSettings(stepsPerEpoch: stepsPerEpoch)
        if !(model is PyramidDetectorModel) {
            settings.schedule.peak = 5e-5
            settings.optimizer = .adamW(AdamW.Settings(weightDecay: 1e-4))
            settings.gradientNormLimit = 0.1
        }
        return settings
    }

    public static let batchSize = 8
}
