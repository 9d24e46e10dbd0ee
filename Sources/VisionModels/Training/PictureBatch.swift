public import Tensors

/// Pictures as a network takes them, and their classes.
public struct PictureBatch: Sendable {
    /// Shape `[pictures, height, width, 3]`, normalised.
    public let pictures: Tensor
    public let targets: [Int32]

    public init(pictures: Tensor, targets: [Int32]) {
        precondition(
            pictures.rank == 4 && pictures.shape[0] == targets.count,
            "\(targets.count) targets of pictures of the shape \(pictures.shape)")
        (self.pictures, self.targets) = (pictures, targets)
    }

    public var count: Int { targets.count }
}
