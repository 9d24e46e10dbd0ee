public import Autograd
import Layers
public import Parameters
public import Tensors

/// A network that says what a picture shows, whatever its architecture is.
///
/// Everything that classifies pictures or trains on them goes through this; ``ImageClassificationConfiguration`` makes one.
public protocol ImageClassificationModel: Sendable {
    associatedtype Configuration: ImageClassificationConfiguration

    var configuration: Configuration { get }

    /// Builds the model on `store` and verifies that all stored names and shapes fit.
    init(_ configuration: Configuration, in store: ParameterStore) throws

    /// One vector for each picture, from which ``logits(_:)`` tells its class.
    ///
    /// Shapes: `pictures` `[batch, height, width, 3]` → `[batch, width of the features]`.
    ///
    /// - Parameter updates: in training, receives the new running statistics of batch norms.
    func features(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor

    /// Logits over the classes. Shapes: `[batch, width of the features]` → `[batch, classes]`.
    func logits(_ features: Tensor) -> Tensor

    /// The same model for inference: batch norms are folded into the convolutions before them, and every matrix is in the
    /// form that products read. What it computes in inference no longer follows changes of its parameters.
    func folded() -> Self
}

extension ImageClassificationModel {
    /// Logits over the classes, in inference. Shapes: `[batch, height, width, 3]` → `[batch, classes]`.
    public func callAsFunction(_ pictures: Tensor) -> Tensor {
        var updates = BufferUpdates()
        return self(pictures, mode: .inference, updates: &updates)
    }

    /// The same; in training with the statistics of the batch, and with a part of the features dropped.
    ///
    /// - Parameter dropoutProbability: with which an element of the features is dropped in training.
    public func callAsFunction(
        _ pictures: Tensor, mode: Mode, dropout dropoutProbability: Float = 0, updates: inout BufferUpdates
    ) -> Tensor {
        let features = features(pictures, mode: mode.split(0), updates: &updates)
        return logits(dropout(features, probability: dropoutProbability, mode: mode.split(1)))
    }
}
