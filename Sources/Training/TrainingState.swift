import Optimizers

/// Where a run stands, beside its tensors. With it, a resumed run goes on as if it had not stopped.
struct TrainingState: Codable, Sendable {
    /// Steps done.
    var step = 0
    /// Micro-batches taken from the data: its position.
    var microBatches = 0
    var items = 0
    var targets = 0
    /// Seconds of training, over all resumptions.
    var seconds = 0.0
    var smoothedLoss = SmoothedLoss()
    var best: Best?
    /// Evaluations since the best one.
    var evaluationsWithoutImprovement = 0
    var plateau = Plateau()

    struct Best: Codable, Sendable {
        var step: Int
        var loss: Double
    }
}

/// The exponential mean of the training losses with decay 0.95, corrected for its beginning at 0.
struct SmoothedLoss: Codable, Sendable {
    private var sum = 0.0
    private var weight = 0.0
    private static let decay = 0.95

    var value: Double { sum / weight }

    mutating func add(_ loss: Double) {
        sum = Self.decay * sum + (1 - Self.decay) * loss
        weight = Self.decay * weight + (1 - Self.decay)
    }
}
