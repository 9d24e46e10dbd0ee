public import Decoding
import Tokenizers

/// A language model of words that has a say in what is spelled: to the logarithm of a text's probability by its sound comes
/// weight · ln p(words) + bonus · number of words (Hannun et al. 2014, equation 2).
public struct LanguageModelFusion: Sendable {
    public let model: NGramModel
    public let weight: Float
    public let wordBonus: Float

    public static let standardWeight: Float = 0.5
    public static let standardWordBonus: Float = 1.5

    public init(_ model: NGramModel, weight: Float = standardWeight, wordBonus: Float = standardWordBonus) {
        (self.model, self.weight, self.wordBonus) = (model, weight, wordBonus)
    }
}

/// What the words of a text add while it is spelled, each when it is complete.
struct WordScorer: CTCPrefixScorer {
    private let fusion: LanguageModelFusion
    /// By token.
    private let bytes: [[UInt8]]

    struct State: Sendable {
        var words: NGramModel.State
        /// Of the word that is being spelled.
        var bytes: [UInt8] = []
    }

    private static let naturalLogarithmOfTen: Float = 2.302_585

    init(_ fusion: LanguageModelFusion, _ tokenizer: any Tokenizer) {
        self.fusion = fusion
        bytes = (0..<tokenizer.vocabularySize).map { tokenizer.bytes(of: $0) ?? [] }
    }

    var start: State { State(words: fusion.model.start) }

    func extended(_ state: State, by token: Int) -> (score: Float, state: State) {
        var (score, state) = (Float(0), state)
        for byte in bytes[token] {
            if byte == UInt8(ascii: " ") {
                score += close(&state)
            } else {
                state.bytes.append(byte)
            }
        }
        return (score, state)
    }

    func ended(_ state: State) -> Float {
        var state = state
        let score = close(&state)
        let end = fusion.model.score(NGramModel.end, after: state.words).logProbability
        return score + fusion.weight * Self.naturalLogarithmOfTen * end
    }

    /// Ends the word that is being spelled, if there is one.
    private func close(_ state: inout State) -> Float {
        guard !state.bytes.isEmpty else { return 0 }
        let (logarithm, words) = fusion.model.score(
            String(decoding: state.bytes, as: UTF8.self), after: state.words)
        state = State(words: words)
        return fusion.weight * Self.naturalLogarithmOfTen * logarithm + fusion.wordBonus
    }
}
