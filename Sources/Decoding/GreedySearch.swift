/// Takes the most probable token at each step.
public struct GreedySearch: Sendable {
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
    ) rethrows -> Hypothesis {
        var result = Hypothesis()
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
