public import Tensors

/// Pictures as a network takes them, and their classes.
public struct PictureBatch: Sendable {
    /// Shape `[pictures, height, width, 3]`, normalised.
    public let pictures: Tensor
    public let targets: [Int32]
    /// Of mixed pictures, how much each belongs to each class, `[pictures, classes]`.
    public let weights: Tensor?

    public init(pictures: Tensor, targets: [Int32], weights: Tensor? = nil) {
        precondition(
            pictures.rank == 4 && pictures.shape[0] == targets.count,
            "\(targets.count) targets of pictures of the shape \(pictures.shape)")
        (self.pictures, self.targets, self.weights) = (pictures, targets, weights)
    }

    public var count: Int { targets.count }
}
