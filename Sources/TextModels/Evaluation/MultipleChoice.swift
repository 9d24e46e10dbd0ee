public import Datasets
import Tokenizers

/// What a model thinks of the choices.
public struct MultipleChoiceResult: Sendable, Equatable {
    /// The natural logarithm of each choice's probability after the prompt.
    public var logProbabilities: [Double]
    /// Bytes of UTF-8 of each choice.
    public var byteCounts: [Int]

    /// The most probable choice, the first of equals.
    public var best: Int { Self.best(logProbabilities) }

    /// The most probable choice by its bytes, which does not favour short ones.
    public var bestByByte: Int { Self.best(zip(logProbabilities, byteCounts).map { $0 / Double(max(1, $1)) }) }

    private static func best(_ values: [Double]) -> Int {
        var best = 0
        for index in values.indices where values[index] > values[best] { best = index }
        return best
    }
}

extension TextScorer {
    /// Compares the choices of a question by their probabilities after the prompt.
    ///
    /// - Throws: where prompt and choice are longer than the window.
    public func score(
        _ question: MultipleChoiceQuestion, checkCancellation: () throws -> Void = {}
    ) throws -> MultipleChoiceResult {
        var result = MultipleChoiceResult(logProbabilities: [], byteCounts: [])
        let prompt = try model.tokens(of: question.prompt)
        for choice in question.choices {
            try checkCancellation()
            // Encoded together: the border of the two need not be one of tokens.
            let whole = try model.tokens(of: question.prompt + choice)
            let shared = zip(prompt.text, whole.text).prefix { $0 == $1 }.count
            var tokens = whole.prefix + whole.text
            var first = whole.prefix.count + min(shared, max(0, whole.text.count - 1))
            if first == 0, let begin = model.configuration.beginToken {
                tokens.insert(begin, at: 0)
                first = 1
            }
            guard first > 0 else { throw TextModelError.noPrompt(model: model.folder) }
            guard tokens.count <= window + 1 else {
                throw TextModelError.questionTooLong(tokenCount: tokens.count, limit: window + 1)
            }
            result.logProbabilities.append(
                try logProbabilities(tokens[...], from: first).reduce(0) { $0 + Double($1) })
            result.byteCounts.append(choice.utf8.count)
        }
        return result
    }
}
