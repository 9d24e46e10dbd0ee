public import Autograd
public import Optimizers
public import Parameters
public import Tensors

/// What the trainer asks of a model: its parameters, and the loss of a batch.
public protocol TrainableModel: Sendable {
    associatedtype Batch: Sendable

    var parameters: ParameterStore { get }

    /// All weights among them, by how an optimizer treats them; where a model says nothing else, matrices decay and vectors
    /// do not.
    var parameterGroups: [ParameterGroup] { get }

    /// What is counted for the throughput: `tokens`, `pictures`.
    var itemName: String { get }

    /// The loss of one micro-batch, computed on the tape that is recording.
    ///
    /// - Parameter mode: for evaluation `.inference`; else with the random numbers of dropout and the like.
    func loss(_ batch: Batch, mode: Mode) -> BatchLoss

    /// Further figures that follow from a validation loss, by name: perplexity, bits per byte.
    func figures(validationLoss: Double) -> [String: Double]

    /// The names of what a batch's loss counts beside itself (``BatchLoss/counts``); their ratios are figures of an
    /// evaluation.
    var countNames: [String] { get }

    /// The figure of an evaluation by which checkpoints are compared, the lowest being the best; of those that have the
    /// same, the loss decides. Nil where the loss decides alone.
    var decisiveFigure: String? { get }
}

extension TrainableModel {
    public var parameterGroups: [ParameterGroup] {
        ParameterGroup.decayingMatrices(parameters.parameters.filter { $0.role == .weight })
    }
    public func figures(validationLoss: Double) -> [String: Double] { [:] }
    public var countNames: [String] { [] }
    public var decisiveFigure: String? { nil }
}

/// The losses of a micro-batch, summed and not averaged, so that several of them can be divided by all their targets.
public struct BatchLoss: Sendable {
    /// A scalar: the sum over all targets.
    public let sum: Tensor
    public let targetCount: Int
    /// What the throughput counts; the targets unless said otherwise.
    public let itemCount: Int
    /// What was counted of the batch by name, as of targets that were hit: in evaluations, all that the model names.
    public let counts: [String: BatchCount]
    /// New values of buffers, which the trainer applies once the loss is found to be a number.
    public let updates: BufferUpdates

    public init(
        sum: Tensor, targetCount: Int, itemCount: Int? = nil, counts: [String: BatchCount] = [:],
        updates: BufferUpdates = BufferUpdates()
    ) {
        self.sum = sum
        self.targetCount = targetCount
        self.itemCount = itemCount ?? targetCount
        (self.counts, self.updates) = (counts, updates)
    }
}

/// How many there are in a batch, of how many: hits of targets, errors of words. Both are summed over batches before one is
/// divided by the other.
public struct BatchCount: Sendable, Hashable {
    public var count: Double
    public var total: Double

    public init(_ count: Double, of total: Double) { (self.count, self.total) = (count, total) }

    public init(_ count: Int, of total: Int) { self.init(Double(count), of: Double(total)) }

    static func + (first: BatchCount, second: BatchCount) -> BatchCount {
        BatchCount(first.count + second.count, of: first.total + second.total)
    }

    /// What was counted where there was nothing counts in full: words invented over silence.
    var ratio: Double { count / max(1, total) }
}
