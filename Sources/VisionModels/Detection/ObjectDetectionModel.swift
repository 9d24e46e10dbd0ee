public import Autograd
public import Geometry
public import Parameters
public import Tensors
public import Training

/// A network that finds things in pictures, whatever its architecture is.
///
/// Everything that finds things goes through this; ``ObjectDetectionConfiguration`` makes one.
public protocol ObjectDetectionModel: Sendable {
    associatedtype Configuration: ObjectDetectionConfiguration

    var configuration: Configuration { get }

    /// Builds the model on `store` and verifies that all stored names and shapes fit.
    init(_ configuration: Configuration, in store: ParameterStore) throws

    /// What may be a thing, for each picture, in inference: overlapping boxes are not yet thinned out.
    ///
    /// - Parameters:
    ///   - pictures: shape `[batch, height, width, 3]`.
    ///   - threshold: candidates of a lower confidence are left out. One whose confidence is no number stays, so that damaged
    ///     weights show.
    func candidates(_ pictures: Tensor, above threshold: Double) -> [[DetectionCandidate]]

    /// The same model for inference: batch norms are folded into the convolutions before them, and every matrix is in the
    /// form that products read. What it computes in inference no longer follows changes of its parameters.
    func folded() -> Self
}

/// A network that can learn to find things.
public protocol TrainableObjectDetectionModel: ObjectDetectionModel {
    /// The loss of a batch, computed on the tape that is recording: the sum over all targets, to be divided by their number.
    ///
    /// - Parameters:
    ///   - pictures: shape `[batch, height, width, 3]`.
    ///   - targets: what each of them shows.
    func loss(_ pictures: Tensor, _ targets: [[DetectionTarget]], mode: Mode) -> BatchLoss
}

/// What may be a thing in a picture.
public struct DetectionCandidate: Sendable, Hashable {
    public var classIndex: Int
    /// 0 to 1.
    public var confidence: Double
    /// Pixels of what the network was given.
    public var box: Rectangle

    public init(classIndex: Int, confidence: Double, box: Rectangle) {
        (self.classIndex, self.confidence, self.box) = (classIndex, confidence, box)
    }
}

/// A thing that a network is to find.
public struct DetectionTarget: Sendable, Hashable {
    public var classIndex: Int
    /// Pixels of what the network is given.
    public var box: Rectangle
    /// Nothing is learnt where it is, neither that something is there nor that nothing is.
    public var isIgnored: Bool

    public init(classIndex: Int, box: Rectangle, isIgnored: Bool = false) {
        (self.classIndex, self.box, self.isIgnored) = (classIndex, box, isIgnored)
    }
}
