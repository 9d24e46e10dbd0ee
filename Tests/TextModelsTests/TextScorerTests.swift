import Autograd
import Checkpoints
import Datasets
import Foundation
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import TextModels

struct TextScorerTests {
    private let model: LanguageModel

    init() throws { model = try LanguageModel(ModelFolder(GeneratorTests.folder)) }

    @Test func scoresAreThoseOfTransformers() throws {
        let scores = try GeneratorTests.expected().scores
        #expect(scores.count >= 4)
        for expected in scores {
            let scorer = try TextScorer(model, window: expected.window, stride: expected.stride)
            let score = try scorer.score(expected.text)
            #expect(score.tokenCount == expected.tokens)
            #expect(abs(score.nats - expected.nats) < 1e-4 * expected.nats)
            #expect(score.byteCount == expected.text.utf8.count)
            let perplexity = try #require(score.perplexity)
            #expect(abs(perplexity - exp(score.nats / Double(score.tokenCount))) < 1e-9 * perplexity)
        }
    }

    /// Whatever the windows, every token is scored once.
    @Test func everyTokenIsScoredOnce() throws {
        let text = String(repeating: "The tide came in twice a day. ", count: 8)
        let count = try model.tokenizer.encode(text).count
        for (window, stride) in [(2, 1), (7, 3), (64, 63), (64, 1), (33, 32)] {
            let score = try TextScorer(model, window: window, stride: stride).score(text)
            #expect(score.tokenCount == count && score.byteCount == text.utf8.count)
        }
        #expect(try TextScorer(model).score("").tokenCount == 0)
        #expect(throws: TextModelError.contextOutOfRange(65, limit: 64)) { try TextScorer(model, window: 65) }
        #expect(throws: TextModelError.strideOutOfRange(64, window: 64)) { try TextScorer(model, stride: 64) }
    }

    /// Each choice is judged by its own tokens after the prompt's.
    @Test func choicesAreScoredAfterThePrompt() throws {
        let scorer = try TextScorer(model, window: 64, stride: 1)
        let question = MultipleChoiceQuestion(prompt: "The tide", choices: [" came in", " stood", "!"], answer: 0)
        let result = try scorer.score(question)
        #expect(result.byteCounts == [8, 6, 1])
        let promptCount = try model.tokenizer.encode(question.prompt).count
        for (choice, logProbability) in zip(question.choices, result.logProbabilities) {
            let tokens = try model.tokenizer.encode(question.prompt + choice)
            let states = model.network(Tensor(tokens.map { Int32($0) }, shape: [1, tokens.count]))
            let rows = logSoftmax(model.network.logits(states)).floats()
            let vocabulary = rows.count / tokens.count
            let expected = (promptCount..<tokens.count).reduce(Float(0)) {
                $0 + rows[($1 - 1) * vocabulary + tokens[$1]]
            }
            #expect(abs(Double(expected) - logProbability) < 1e-3)
        }
        #expect(
            result.best
                == result.logProbabilities.indices.max { result.logProbabilities[$0] < result.logProbabilities[$1] })
        let long = MultipleChoiceQuestion(
            prompt: String(repeating: "a b c ", count: 60), choices: ["x", "y"], answer: 1)
        #expect(throws: TextModelError.self) { try scorer.score(long) }
    }
}
