public import Tensors

/// Pictures as a network takes them, and the things in them.
public struct DetectionBatch: Sendable {
    /// Shape `[pictures, height, width, 3]`, normalised.
    public let pictures: Tensor
    public let targets: [[DetectionTarget]]

    public init(pictures: Tensor, targets: [[DetectionTarget]]) {
        precondition(
            pictures.rank == 4 && pictures.shape[0] == targets.count,
            "targets of \(targets.count) pictures of the shape \(pictures.shape)")
        (self.pictures, self.targets) = (pictures, targets)
    }

    public var count: Int { targets.count }
}
