public import Autograd
import Decoding
import Evaluation
public import Optimizers
public import Parameters
import Tensors
public import Tokenizers
public import Training

/// A network that spells what it hears as the trainer sees it: the negative logarithm of each text's probability (Graves et
/// al. 2006), summed, and divided by the tokens of all texts.
public struct CTCTraining: TrainableModel {
    public let model: any CTCNetwork
    /// What the tokens of targets mean.
    public let tokenizer: any Tokenizer
    public let parameters: ParameterStore
    /// The probability with which elements are dropped in training.
    public let dropout: Float
    /// The share of the loss that intermediate layers have, if there are any (Lee and Watanabe 2021).
    public let intermediateWeight: Float
    /// The learning rate of the last layer over that of the others.
    public let headRate: Float
    /// Steps in which the last layer learns alone, of a network whose others know something already.
    public let headSteps: Int

    public init(
        _ model: any CTCNetwork, tokenizer: any Tokenizer, parameters: ParameterStore, dropout: Float = 0,
        intermediateWeight: Float = 0.3, headRate: Float = 1, headSteps: Int = 0
    ) {
        (self.model, self.tokenizer, self.parameters) = (model, tokenizer, parameters)
        (self.dropout, self.intermediateWeight) = (dropout, intermediateWeight)
        (self.headRate, self.headSteps) = (headRate, headSteps)
    }

    public var parameterGroups: [ParameterGroup] {
        let weights = parameters.parameters.filter { $0.role == .weight }
        if headRate == 1, headSteps == 0 { return ParameterGroup.decayingMatrices(weights) }
        func isHead(_ parameter: Parameter) -> Bool { parameter.name.hasPrefix("\(WhisperCTCModel.headName).") }
        return ParameterGroup.decayingMatrices(weights.filter { !isHead($0) }, restingSteps: headSteps)
            + ParameterGroup.decayingMatrices(weights.filter(isHead), rateFactor: headRate)
    }

    public var itemName: String { "frames" }
    public var countNames: [String] {
        [TranscriptionEvaluation.wordErrorRate, TranscriptionEvaluation.characterErrorRate]
    }
    public var decisiveFigure: String? { TranscriptionEvaluation.wordErrorRate }

    public func loss(_ batch: SpeechBatch, mode: Mode) -> BatchLoss {
        var updates = BufferUpdates()
        let output = output(batch, mode, &updates)
        let targets = batch.targetTensor
        func loss(_ logits: Tensor) -> Tensor { self.loss(logSoftmax(logits), batch, targets, output.lengths) }
        let targetCount = batch.targets.reduce(0) { $0 + max(1, $1.count) }
        let frames = batch.lengths.reduce(0, +)
        guard case .training = mode else {
            let logProbabilities = logSoftmax(output.logits)
            return BatchLoss(
                sum: self.loss(logProbabilities, batch, targets, output.lengths), targetCount: targetCount,
                itemCount: frames,
                counts: errors(logProbabilities, output.lengths, batch.targets))
        }
        var sum = loss(output.logits)
        if !output.intermediateLogits.isEmpty {
            let inner = output.intermediateLogits.dropFirst().reduce(loss(output.intermediateLogits[0])) {
                add($0, loss($1))
            }
            sum = add(
                scale(sum, by: 1 - intermediateWeight),
                scale(inner, by: intermediateWeight / Float(output.intermediateLogits.count)))
        }
        return BatchLoss(sum: sum, targetCount: targetCount, itemCount: frames, updates: updates)
    }

    /// Models for streams are judged as they hear in a stream.
    private func output(_ batch: SpeechBatch, _ mode: Mode, _ updates: inout BufferUpdates) -> CTCOutput {
        if case .inference = mode, let conformer = model as? ConformerModel,
            let chunks = conformer.configuration.streaming
        {
            return conformer(batch.features, lengths: batch.lengths, chunks: chunks)
        }
        return model(batch.features, lengths: batch.lengths, mode: mode, dropout: dropout, updates: &updates)
    }

    /// An utterance too short for its text counts as 0: speed may have made it so.
    private func loss(_ logProbabilities: Tensor, _ batch: SpeechBatch, _ targets: Tensor, _ lengths: [Int]) -> Tensor {
        ctcLoss(
            logProbabilities, targets: targets, inputLengths: lengths, targetLengths: batch.targets.map(\.count),
            blank: model.blank, reduction: .sum, zeroInfinity: true)
    }

    /// What the best token of each frame gets wrong, in words and in characters.
    private func errors(_ logProbabilities: Tensor, _ lengths: [Int], _ targets: [[Int]]) -> [String: BatchCount] {
        let search = CTCGreedySearch(blank: model.blank)
        let (values, time, classes) = (
            logProbabilities.floats(), logProbabilities.shape[1], logProbabilities.shape[2]
        )
        var (words, characters) = (ErrorCounts(), ErrorCounts())
        for (index, target) in targets.enumerated() {
            let start = index * time * classes
            let tokens = search.tokens(values[start..<start + lengths[index] * classes], classes: classes).map(\.id)
            let score = TranscriptScore(
                reference: tokenizer.decode(target), hypothesis: tokenizer.decode(tokens), normalizer: .none)
            (words, characters) = (words + score.words, characters + score.characters)
        }
        return [
            TranscriptionEvaluation.wordErrorRate: BatchCount(words.errors, of: words.referenceCount),
            TranscriptionEvaluation.characterErrorRate: BatchCount(characters.errors, of: characters.referenceCount),
        ]
    }
}
