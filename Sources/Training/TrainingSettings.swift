public import Optimizers

/// Everything about the loop that decides which weights it ends with, and when it ends.
public struct TrainingSettings: Sendable, Hashable, Codable {
    /// Of dropout; weights and data have sources of their own, made from the same seed by their owners.
    public var seed: UInt64 = 1
    /// Steps in all, if limited; of this and ``epochs`` the smaller counts.
    public var maximumSteps: Int?
    /// Passes over the data, if limited.
    public var epochs: Int?
    /// Seconds of training, over all resumptions. Where a run ends by it is not reproducible.
    public var maximumSeconds: Double?
    /// Micro-batches whose gradients make one step.
    public var accumulation = 1
    public var optimizer = OptimizerChoice.adamW(AdamW.Settings(beta2: 0.95, weightDecay: 0.1))
    public var schedule = LearningRateSchedule(.cosine, peak: 1e-3, warmUpSteps: 100, finalFraction: 0.1)
    /// The largest norm that the mean gradient keeps.
    public var gradientNormLimit: Double? = 1
    /// Decay of the moving average of the weights, which then is what is evaluated and published.
    public var averageDecay: Double?
    /// Steps between evaluations, each of which is preceded by a checkpoint.
    public var evaluationInterval = 500
    /// Micro-batches of the validation data that an evaluation looks at; all where nil.
    public var evaluationBatches: Int?
    /// Steps between further checkpoints.
    public var saveInterval: Int?
    /// Evaluations without a better validation loss before the run ends.
    public var patience: Int?
    /// Checkpoints that stay beside the best one.
    public var keptCheckpoints = 2
    /// Trains on the first micro-batch alone, as a check that the model can learn.
    public var overfitsOneBatch = false

    public init() {}

    /// The steps that are planned for data of so many micro-batches a pass; nil where neither steps nor passes are
    /// limited.
    public func plannedSteps(batchesPerEpoch: Int) -> Int? {
        let byEpochs = epochs.map { epochs in
            let batches = epochs.multipliedReportingOverflow(by: batchesPerEpoch)
            return batches.overflow ? Int.max : (batches.partialValue - 1) / accumulation + 1
        }
        return [maximumSteps, byEpochs].compactMap { $0 }.min()
    }

    /// Throws ``TrainingError`` for numbers that make no sense together.
    public func validate() throws(TrainingError) {
        func require(_ isSatisfied: Bool, _ name: String, _ expected: String) throws(TrainingError) {
            if !isSatisfied { throw .invalidSetting(name: name, expected: expected) }
        }
        try require((maximumSteps ?? 1) >= 1, "max-steps", "at least 1")
        try require((epochs ?? 1) >= 1, "epochs", "at least 1")
        try require((maximumSeconds ?? 1) > 0, "max-time", "more than no time")
        try require(accumulation >= 1, "accumulation", "at least 1")
        try require(evaluationInterval >= 1, "evaluate-every", "at least 1")
        try require((evaluationBatches ?? 1) >= 1, "evaluation-batches", "at least 1")
        try require((saveInterval ?? 1) >= 1, "save-every", "at least 1")
        try require((patience ?? 1) >= 1, "patience", "at least 1")
        try require(keptCheckpoints >= 1, "keep", "at least 1")
        try require(schedule.peak > 0 && schedule.peak.isFinite, "learning-rate", "a number above 0")
        try require(schedule.warmUpSteps >= 0, "warm-up", "0 or more")
        try require((0...1).contains(schedule.finalFraction), "final-rate", "a number from 0 to 1")
        try require((gradientNormLimit ?? 1) > 0, "clip", "a number above 0")
        try require(averageDecay.map { $0 > 0 && $0 < 1 } ?? true, "average", "a number between 0 and 1")
        if schedule.needsEnd, maximumSteps == nil, epochs == nil, maximumSeconds == nil {
            throw .scheduleNeedsEnd
        }
    }
}
