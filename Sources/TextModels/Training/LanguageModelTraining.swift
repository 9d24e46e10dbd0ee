public import Autograd
public import Datasets
import Layers
public import Parameters
import Tensors
public import Training

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A language model as the trainer sees it: the cross-entropy of each next token, summed.
public struct LanguageModelTraining: TrainableModel {
    public let model: any CausalLanguageModel
    /// Those that are trained: all of the model's, or its adapters'.
    public let parameters: ParameterStore
    /// The probability with which an element is dropped in training.
    public let dropout: Float
    public let labelSmoothing: Float
    /// Bytes of the validation text over its targets, from which bits per byte follow; nil without such a text.
    public let bytesPerToken: Double?

    public init(
        _ model: any CausalLanguageModel, parameters: ParameterStore, dropout: Float = 0, labelSmoothing: Float = 0,
        bytesPerToken: Double? = nil
    ) {
        (self.model, self.parameters) = (model, parameters)
        (self.dropout, self.labelSmoothing, self.bytesPerToken) = (dropout, labelSmoothing, bytesPerToken)
    }

    public var itemName: String { "tokens" }

    public func loss(_ batch: TokenBatch, mode: Mode) -> BatchLoss {
        let shape: Shape = [batch.sequenceCount, batch.blockLength]
        // Smoothing changes what is learnt, not what is measured.
        let smoothing = if case .training = mode { labelSmoothing } else { Float(0) }
        let sum = withAdapterDropout(mode) {
            model.loss(
                Tensor(batch.inputs, shape: shape), targets: Tensor(batch.targets, shape: shape),
                ignoring: TokenBatch.ignoredTarget, mode: mode, dropout: dropout, labelSmoothing: smoothing,
                reduction: .sum)
        }
        return BatchLoss(sum: sum, targetCount: batch.targetCount, itemCount: batch.tokenCount)
    }

    public func figures(validationLoss: Double) -> [String: Double] {
        // e⁷⁰⁰ is near the largest number there is.
        var figures = ["perplexity": exp(min(validationLoss, 700))]
        figures["bits_per_byte"] = bytesPerToken.map { validationLoss / (log(2) * $0) }
        return figures
    }
}
