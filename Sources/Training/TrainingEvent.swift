/// What a run tells while it goes on; programs show it.
public enum TrainingEvent: Sendable {
    case started(TrainingPlan)
    case resumed(step: Int, checkpoint: String)
    /// A checkpoint could not be used; the one before it is tried.
    case skippedCheckpoint(path: String, reason: String)
    case step(StepReport)
    case saved(step: Int, checkpoint: String)
    case evaluated(ValidationReport)
}

/// What is known before the first step.
public struct TrainingPlan: Sendable, Equatable {
    public let parameterCount: Int
    public let batchesPerEpoch: Int
    /// Nil where only time, patience or a signal ends the run.
    public let plannedSteps: Int?
    /// Seconds that the run may take.
    public let maximumSeconds: Double?
    /// Evaluations without a better one that end the run.
    public let patience: Int?

    public init(
        parameterCount: Int, batchesPerEpoch: Int, plannedSteps: Int?, maximumSeconds: Double? = nil,
        patience: Int? = nil
    ) {
        (self.parameterCount, self.batchesPerEpoch) = (parameterCount, batchesPerEpoch)
        (self.plannedSteps, self.maximumSeconds, self.patience) = (plannedSteps, maximumSeconds, patience)
    }
}

/// One step as it was done.
public struct StepReport: Sendable, Equatable {
    /// Steps done so far, this one included.
    public let step: Int
    public let plannedSteps: Int?
    /// The mean loss over the targets of the step.
    public let loss: Double
    public let smoothedLoss: Double
    public let learningRate: Double
    /// Of the mean gradient, before it was limited.
    public let gradientNorm: Double
    public let targetCount: Int
    public let itemCount: Int
    public let itemName: String
    /// Wall time of the step.
    public let seconds: Double
    /// The largest memory of the process so far, in bytes.
    public let peakMemory: Int
}

/// One evaluation on the validation data.
public struct ValidationReport: Sendable, Equatable {
    public let step: Int
    /// The mean loss over all targets.
    public let loss: Double
    public let targetCount: Int
    /// Whether it is the best so far, by the model's decisive figure or else the loss.
    public let isBest: Bool
    /// Further figures by name.
    public let figures: [String: Double]
}

/// How a run ended.
public struct TrainingOutcome: Sendable, Equatable {
    public enum Ending: Sendable, Equatable {
        /// All planned steps are done.
        case finished
        case outOfTime
        /// Evaluations have not improved for as long as the patience allows.
        case stoppedEarly
        /// The caller asked to stop; the run can be resumed.
        case interrupted
    }

    public let ending: Ending
    public let step: Int
    public let bestStep: Int?
    public let bestLoss: Double?
    /// The model's decisive figure at that step, where it has one.
    public let bestFigure: Double?
}
