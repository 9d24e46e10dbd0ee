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
}

extension TrainableModel {
    public func figures(validationLoss: Double) -> [String: Double] { [:] }
}

/// The losses of a micro-batch, summed and not averaged, so that several of them can be divided by all their targets.
public struct BatchLoss: Sendable {
    /// A scalar: the sum over all targets.
    public let sum: Tensor
    public let targetCount: Int
    /// What the throughput counts; the targets unless said otherwise.
    public let itemCount: Int

    public init(sum: Tensor, targetCount: Int, itemCount: Int? = nil) {
        self.sum = sum
        self.targetCount = targetCount
        self.itemCount = itemCount ?? targetCount
    }
}
