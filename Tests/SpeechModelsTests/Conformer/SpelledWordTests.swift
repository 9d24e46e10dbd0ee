import Decoding
import Foundation
import Testing
import Tokenizers

@testable import SpeechModels

@Suite struct SpelledWordTests {
    private let tokenizer: any Tokenizer

    init() throws {
        let trained = try TargetTokenizer.trained(on: ["ab äc"])
        tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
    }

    @Test func wordsStandBetweenSpaces() throws {
        let ids = try tokenizer.targets(of: "ab  ä")
        let tokens = ids.enumerated().map { index, id in
            CTCToken(id: id, frames: 3 * index..<3 * index + 2, logProbability: -Float(index))
        }
        let words = SpelledWord.words(of: tokens, tokenizer)
        #expect(words.map(\.text) == ["ab", "ä"])
        #expect(words.map(\.frames) == [0..<5, 12..<14])
        #expect(words.map(\.logProbabilities) == [[0, -1], [-4]])
        #expect(SpelledWord.words(of: [], tokenizer).isEmpty)
    }

    /// Token by token a text gets what the language model says of its words, and a bonus for each.
    @Test func aScorerAddsWholeWords() throws {
        var estimator = NGramEstimator(order: 2)
        for sentence in ["ab a", "ab ab c", "c", "a ab"] {
            estimator.add(sentence.split(separator: " ").map(String.init))
        }
        let model = try estimator.estimate()
        let scorer = WordScorer(LanguageModelFusion(model, weight: 0.7, wordBonus: 0.9), tokenizer)
        for text in ["ab a", "a", "", "ä ab", "ab ab c", "  ab "] {
            var (state, sum) = (scorer.start, Float(0))
            for token in try tokenizer.targets(of: text) {
                let (score, next) = scorer.extended(state, by: token)
                (state, sum) = (next, sum + score)
            }
            sum += scorer.ended(state)
            let words = text.split(separator: " ").map(String.init)
            let expected = 0.7 * Float(log(10.0)) * model.score(words) + 0.9 * Float(words.count)
            #expect(abs(sum - expected) < 1e-4, "\(text)")
        }
    }
}
