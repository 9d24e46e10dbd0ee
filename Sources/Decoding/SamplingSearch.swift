public import Tensors

/// Draws several texts at random, side by side, and gives the most probable one.
public struct SamplingSearch: Sendable {
    public var rules: [any LogitRule]
    public var endToken: Int
    public var maximumCount: Int
    /// Logits are divided by it before a token is drawn; the log-probabilities of results are those at temperature 1.
    public var temperature: Float
    public var sampleCount: Int
    public var lengthPenalty: Float?

    public init(
        rules: [any LogitRule], endToken: Int, maximumCount: Int, temperature: Float, sampleCount: Int,
        lengthPenalty: Float? = nil
    ) {
        precondition(temperature > 0 && sampleCount > 0 && maximumCount > 0, "sampling: nothing to draw")
        self.rules = rules
        self.endToken = endToken
        self.maximumCount = maximumCount
        self.temperature = temperature
        self.sampleCount = sampleCount
        self.lengthPenalty = lengthPenalty
    }

    private struct Sample {
        var hypothesis = Hypothesis()
        var random: RandomSource
    }

    /// - Parameters:
    ///   - logits: of the first token, after the prompt, which stands in place 0.
    ///   - random: each text draws from a stream of its own.
    public func run(
        startingWith logits: [Float], random: RandomSource, step: HypothesisStep
    ) rethrows -> Hypothesis {
        var live = (0..<sampleCount).map { Sample(random: random.split(UInt64($0))) }
        var finished: [Hypothesis] = []
        var logits = Array(repeating: logits, count: sampleCount)
        var parents = Array(repeating: 0, count: sampleCount)
        while true {
            var next: [(sample: Sample, parent: Int)] = []
            for (place, sample) in live.enumerated() {
                let extended = extend(sample, &logits[place])
                if extended.hypothesis.isComplete || extended.hypothesis.tokens.count == maximumCount {
                    finished.append(extended.hypothesis)
                } else {
                    next.append((extended, parents[place]))
                }
            }
            if next.isEmpty { break }
            let order = HypothesisPlaces.order(parents: next.map(\.parent))
            live = order.map { next[$0].sample }
            logits = try step(
                order.map { next[$0].parent },
                live.map { $0.hypothesis.tokens[$0.hypothesis.tokens.count - 1] })
            parents = Array(live.indices)
        }
        return finished.best(lengthPenalty: lengthPenalty) ?? Hypothesis()
    }

    private func extend(_ sample: Sample, _ logits: inout [Float]) -> Sample {
        var sample = sample
        for rule in rules { rule.apply(to: &logits, after: sample.hypothesis.tokens) }
        let token = LogProbabilities.draw(logits, temperature: temperature, using: &sample.random)
        sample.hypothesis.logProbability +=
            logits[token] - LogProbabilities.logSumExp(logits, in: 0..<logits.count)
        if token == endToken {
            sample.hypothesis.isComplete = true
        } else {
            sample.hypothesis.tokens.append(token)
        }
        return sample
    }
}
