public import Tensors

/// Chooses one token after the other by ``SamplingSettings``.
public struct TokenSampler: Sendable {
    private let rules: [any LogitRule]
    private let isGreedy: Bool
    private var random: RandomSource

    /// - Parameters:
    ///   - prompt: its tokens count for the repetition penalty.
    ///   - random: one number of it is used for each token.
    public init(_ settings: SamplingSettings, prompt: [Int], random: RandomSource) {
        rules = settings.rules(prompt: prompt)
        isGreedy = settings.temperature == 0
        self.random = random
    }

    /// The next token.
    ///
    /// - Parameters:
    ///   - logits: one for each token of the vocabulary, of which there is one at least that is not -∞.
    ///   - tokens: what was generated so far.
    public mutating func next(_ logits: [Float], after tokens: [Int]) -> Int {
        var logits = logits
        for rule in rules { rule.apply(to: &logits, after: tokens) }
        return isGreedy ? LogProbabilities.argumentOfMaximum(logits) : draw(logits)
    }

    private mutating func draw(_ logits: [Float]) -> Int {
        let probabilities = LogProbabilities.probabilities(logits)
        let total = probabilities.reduce(0.0) { $0 + Double($1) }
        var rest = total * Double(random.next() >> 11) * 0x1p-53
        var last = 0
        for (token, probability) in probabilities.enumerated() where probability > 0 {
            rest -= Double(probability)
            last = token
            if rest < 0 { break }
        }
        return last
    }
}

extension LogProbabilities {
    /// softmax(logits); all 0 where every token is forbidden.
    static func probabilities(_ logits: [Float]) -> [Float] {
        let total = logSumExp(logits, in: 0..<logits.count)
        guard total > -.infinity else { return Array(repeating: 0, count: logits.count) }
        return exponentials(logits.map { $0 - total })
    }
}
