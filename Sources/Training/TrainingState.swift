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
        /// What the model is chosen by; nil where that is the loss.
        var figure: Double?

        /// A state that older versions wrote may lack the figure; then the loss decides, as it did.
        func isBetter(than other: Best) -> Bool {
            guard let figure, let otherFigure = other.figure, figure != otherFigure else { return loss < other.loss }
            return figure < otherFigure
        }
    }
}

/// An exponential mean of the training losses: with decay min(0.95, (1 + t) / (10 + t)) after t losses, so that the steep
/// beginning does not linger in it.
struct SmoothedLoss: Codable, Sendable {
    private(set) var value = 0.0
    private var count = 0

    mutating func add(_ loss: Double) {
        let decay = count == 0 ? 0 : min(0.95, Double(1 + count) / Double(10 + count))
        value = decay * value + (1 - decay) * loss
        count += 1
    }
}
