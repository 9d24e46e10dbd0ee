import Optimizers
public import Training

extension ConformerPreset {
    /// How a network of this kind is trained where nothing else is asked for.
    ///
    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which evaluations follow.
    public func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 60
        let peak =
            switch self {
            case .small1M: 2e-3
            case .small4M: 1.5e-3
            case .small13M: 1e-3
            }
        settings.schedule = LearningRateSchedule(.cosine, peak: peak, warmUpSteps: 500, finalFraction: 0.01)
        settings.optimizer = .adamW(AdamW.Settings(beta2: 0.98, weightDecay: 0.01))
        settings.gradientNormLimit = 5
        settings.averageDecay = 0.995
        settings.evaluationInterval = max(1, stepsPerEpoch)
        return settings
    }

    public static let batchSize = 16
    public static let dropout: Float = 0.1
    public static let intermediateWeight: Float = 0.3
}
