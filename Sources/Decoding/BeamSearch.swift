/// Follows the most probable texts side by side and gives the best of those that came to an end.
///
/// At each step every text is continued with its most probable tokens, and of all continuations the best `beamSize` go
/// on. Those that end are put aside; the search is over when `patience · beamSize` of them are there (Kasai et al. 2022,
/// "Beam Decoding with Controlled Patience").
public struct BeamSearch: Sendable {
    public var rules: [any LogitRule]
    public var endToken: Int
    public var maximumCount: Int
    public var beamSize: Int
    public var patience: Float
    public var lengthPenalty: Float?

    public init(
        rules: [any LogitRule], endToken: Int, maximumCount: Int, beamSize: Int, patience: Float = 1,
        lengthPenalty: Float? = nil
    ) {
        precondition(beamSize > 0 && patience > 0 && maximumCount > 0, "beam search: nothing to look for")
        self.rules = rules
        self.endToken = endToken
        self.maximumCount = maximumCount
        self.beamSize = beamSize
        self.patience = patience
        self.lengthPenalty = lengthPenalty
    }

    private struct Continuation {
        var place: Int
        var token: Int
        var logProbability: Float
    }

    /// - Parameter logits: of the first token, after the prompt, which stands in place 0.
    public func run(startingWith logits: [Float], step: HypothesisStep) rethrows -> Hypothesis {
        let wanted = max(1, Int((patience * Float(beamSize)).rounded()))
        var live = [Hypothesis()]
        var finished: [Hypothesis] = []
        var logits = [logits]
        while true {
            var next: [(hypothesis: Hypothesis, parent: Int)] = []
            for continuation in continuations(of: live, &logits) {
                let parent = live[continuation.place]
                if continuation.token == endToken {
                    finished.append(
                        Hypothesis(
                            tokens: parent.tokens, logProbability: continuation.logProbability, isComplete: true))
                } else {
                    next.append(
                        (
                            parent.appending(continuation.token, logProbability: continuation.logProbability),
                            continuation.place
                        ))
                    if next.count == beamSize { break }
                }
            }
            let order = HypothesisPlaces.order(parents: next.map(\.parent))
            live = order.map { next[$0].hypothesis }
            if finished.count >= wanted || live.isEmpty || live[0].tokens.count == maximumCount { break }
            logits = try step(order.map { next[$0].parent }, live.map { $0.tokens[$0.tokens.count - 1] })
        }
        if finished.count < beamSize {
            let rest = live.enumerated().sorted {
                ($0.element.logProbability, $1.offset) > ($1.element.logProbability, $0.offset)
            }
            finished += rest.prefix(beamSize - finished.count).map(\.element)
        }
        return finished.best(lengthPenalty: lengthPenalty) ?? Hypothesis()
    }

    /// The best continuations of all hypotheses, best first; enough of them that `beamSize` go on.
    private func continuations(of live: [Hypothesis], _ logits: inout [[Float]]) -> [Continuation] {
        var all: [Continuation] = []
        for (place, hypothesis) in live.enumerated() {
            for rule in rules { rule.apply(to: &logits[place], after: hypothesis.tokens) }
            let total = LogProbabilities.logSumExp(logits[place], in: 0..<logits[place].count)
            // The end may be among a text's best tokens, hence one more.
            for token in LogProbabilities.largest(beamSize + 1, logits[place]) {
                all.append(
                    Continuation(
                        place: place, token: token,
                        logProbability: hypothesis.logProbability + logits[place][token] - total))
            }
        }
        return all.sorted { a, b in
            (a.logProbability, b.place, b.token) > (b.logProbability, a.place, a.token)
        }
    }
}
