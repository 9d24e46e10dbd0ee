public import Autograd
public import Parameters
public import Tensors

/// What the trainer asks of a model: its parameters, and the loss of a batch.
public protocol TrainableModel: Sendable {
    associatedtype Batch: Sendable

    var parameters: ParameterStore { get }

    /// What is counted for the throughput: `tokens`, `pictures`.
    var itemName: String { get }

    /// The loss of one micro-batch, computed on the tape that is recording.
    ///
    /// - Parameter mode: for evaluation `.inference`; else with the random numbers of dropout and the like.
    func loss(_ batch: Batch, mode: Mode) -> BatchLoss

    /// Further figures that follow from a validation loss, by name: perplexity, bits per byte.
    func figures(validationLoss: Double) -> [String: Double]

    /// The names of what a batch's loss counts beside itself (``BatchLoss/counts``); their means over the targets are
    /// figures of an evaluation.
    var countNames: [String] { get }
}

extension TrainableModel {
    public func figures(validationLoss: Double) -> [String: Double] { [:] }
    public var countNames: [String] { [] }
}

/// The losses of a micro-batch, summed and not averaged, so that several of them can be divided by all their targets.
public struct BatchLoss: Sendable {
    /// A scalar: the sum over all targets.
    public let sum: Tensor
    public let targetCount: Int
    /// What the throughput counts; the targets unless said otherwise.
    public let itemCount: Int
    /// Sums over all targets by name, as of those that were hit: in evaluations, all that the model names.
    public let counts: [String: Double]
    /// New values of buffers, which the trainer applies once the loss is found to be a number.
    public let updates: BufferUpdates

    public init(
        sum: Tensor, targetCount: Int, itemCount: Int? = nil, counts: [String: Double] = [:],
        updates: BufferUpdates = BufferUpdates()
    ) {
        self.sum = sum
        self.targetCount = targetCount
        self.itemCount = itemCount ?? targetCount
        (self.counts, self.updates) = (counts, updates)
    }
}
