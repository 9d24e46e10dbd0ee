import Optimizers
public import Training

extension LlamaPreset {
    /// Sequences of a batch that suit the size.
    public var batchSize: Int { 16 }

    /// Tokens of a sequence in training: the model's context.
    public var blockLength: Int { configuration().positions }

    /// How a model of this size is trained where nothing else is asked for.
    public var trainingSettings: TrainingSettings {
        var settings = TrainingSettings()
        let (rate, steps): (Double, Int) =
            switch self {
            case .small1M: (3e-3, 2000)
            case .small5M: (2e-3, 3000)
            case .small15M: (1e-3, 5000)
            case .small50M: (6e-4, 10000)
            }
        settings.maximumSteps = steps
        settings.schedule = LearningRateSchedule(.cosine, peak: rate, warmUpSteps: steps / 20, finalFraction: 0.1)
        settings.optimizer = .adamW(AdamW.Settings(beta1: 0.9, beta2: 0.95, weightDecay: 0.1))
        settings.evaluationInterval = 250
        return settings
    }
}
