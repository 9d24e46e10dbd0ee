/// A text that a search is writing, or has written.
public struct Hypothesis: Sendable, Equatable {
    /// Without the end token.
    public var tokens: [Int]
    /// The sum of the natural logarithms of the tokens' probabilities, the end token's included if it came.
    public var logProbability: Float
    /// False as long as the end token has not come: the limit cut the text off.
    public var isComplete: Bool

    public init(tokens: [Int] = [], logProbability: Float = 0, isComplete: Bool = false) {
        self.tokens = tokens
        self.logProbability = logProbability
        self.isComplete = isComplete
    }

    /// Per token, the end token counted.
    public var averageLogProbability: Float { logProbability / Float(tokens.count + 1) }

    /// What hypotheses of different lengths are compared by: the log-probability over the length, or over
    /// ((5 + length) / 6)^penalty (Wu et al. 2016, equation 14).
    public func score(lengthPenalty: Float?) -> Float {
        guard let lengthPenalty else { return logProbability / Float(max(1, tokens.count)) }
        return logProbability / power((5 + Float(tokens.count)) / 6, lengthPenalty)
    }

    func appending(_ token: Int, logProbability: Float) -> Hypothesis {
        Hypothesis(tokens: tokens + [token], logProbability: logProbability)
    }
}

extension Collection<Hypothesis> {
    /// The one with the highest score, the first of equals.
    func best(lengthPenalty: Float?) -> Hypothesis? {
        var best: (hypothesis: Hypothesis, score: Float)?
        for hypothesis in self {
            let score = hypothesis.score(lengthPenalty: lengthPenalty)
            if best.map({ score > $0.score }) ?? true { best = (hypothesis, score) }
        }
        return best?.hypothesis
    }
}
