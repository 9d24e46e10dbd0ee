public import Autograd
import Evaluation
import Layers
public import Parameters
import Tensors
import Tokenizers
public import Training

/// Whisper as the trainer sees it: the cross-entropy of each next token, summed, the tokens before it being given.
///
/// A half of the model that is frozen costs its own pass only: nothing of it is recorded.
public struct WhisperTraining: TrainableModel {
    public let parameters: ParameterStore
    public let labelSmoothing: Float
    private let model: WhisperModel
    private let decoder: WhisperWindowDecoder
    private let language: String

    public init(_ tuning: WhisperFineTuning, labelSmoothing: Float = 0) {
        (model, parameters) = (tuning.model, tuning.parameters)
        (decoder, language) = (tuning.decoder, tuning.language)
        self.labelSmoothing = labelSmoothing
    }

    public var itemName: String { "windows" }
    public var countNames: [String] { [TranscriptionEvaluation.wordErrorRate] }
    public var decisiveFigure: String? { TranscriptionEvaluation.wordErrorRate }

    public func loss(_ batch: WindowBatch, mode: Mode) -> BatchLoss {
        let isTraining = if case .training = mode { true } else { false }
        return withAdapterDropout(mode) {
            let encoded = model.encoder(batch.features)
            let states = model.decoder(batch.inputs, encoded: encoded)
            // Smoothing changes what is learnt, not what is measured.
            let sum = linearCrossEntropy(
                states, model.projection.weight, batch.targets, ignoring: WindowBatch.ignoredTarget,
                labelSmoothing: isTraining ? labelSmoothing : 0, reduction: .sum)
            let errors = isTraining ? nil : wordErrors(encoded, batch.texts)
            return BatchLoss(
                sum: sum, targetCount: batch.targetCount, itemCount: batch.texts.count,
                counts: errors.map {
                    [TranscriptionEvaluation.wordErrorRate: BatchCount($0.errors, of: $0.referenceCount)]
                } ?? [:])
        }
    }

    /// What greedy decoding without timestamps gets wrong.
    func wordErrors(_ encoded: Tensor, _ texts: [String]) -> ErrorCounts {
        var counts = ErrorCounts()
        for (index, text) in texts.enumerated() {
            let source = model.decoder.source(for: slice(encoded, index..<index + 1))
            let request = WhisperWindowDecoder.Request(language: language, usesTimestamps: false)
            // A window whose logits are no numbers has no word right; its loss is no number either, and told by the trainer.
            let tokens = (try? decoder.decode(source, request, checkCancellation: {}).tokens) ?? []
            counts =
                counts
                + TranscriptScore(
                    reference: text, hypothesis: decoder.vocabulary.tokens.decode(tokens), normalizer: .basic
                ).words
        }
        return counts
    }
}
