/// Takes the most probable token at each step.
public struct GreedySearch: Sendable {
    /// What a search found.
    public struct Result: Sendable, Equatable {
        /// Without the end token.
        public var tokens: [Int]
        /// The sum of the natural logarithms of the tokens' probabilities, the end token's included if it came.
        public var logProbability: Float
        /// False if the limit cut the sequence off.
        public var isComplete: Bool

        /// Per token, the end token counted.
        public var averageLogProbability: Float { logProbability / Float(tokens.count + 1) }
    }

    public var rules: [any LogitRule]
    public var endToken: Int
    public var maximumCount: Int

    public init(rules: [any LogitRule], endToken: Int, maximumCount: Int) {
        self.rules = rules
        self.endToken = endToken
        self.maximumCount = maximumCount
    }

    /// - Parameters:
    ///   - logits: of the first token, after the prompt.
    ///   - step: the logits that follow when a token is appended.
    public func run(
        startingWith logits: [Float], step: (_ token: Int) throws -> [Float]
    ) rethrows -> Result {
        var result = Result(tokens: [], logProbability: 0, isComplete: false)
        var logits = logits
        while true {
            for rule in rules { rule.apply(to: &logits, after: result.tokens) }
            let token = LogProbabilities.argumentOfMaximum(logits)
            result.logProbability +=
                logits[token] - LogProbabilities.logSumExp(logits, in: 0..<logits.count)
            if token == endToken {
                result.isComplete = true
                return result
            }
            result.tokens.append(token)
            if result.tokens.count == maximumCount { return result }
            logits = try step(token)
        }
    }
}
