/// A phrase that a text says again and again: what autoregressive models fall into and cannot leave.
public struct PhraseLoop: Sendable, Equatable {
    /// Tokens of one turn.
    public var period: Int
    /// Where the repetition stands, from its first turn on.
    public var range: Range<Int>

    /// How often the phrase is said.
    public var count: Int { range.count / period }

    /// The first loop in `tokens`, if there is one: a phrase said without a pause three times if it is long, up to ten
    /// times if it is a single token. People do say "no, no, no, no"; they do not say a sentence four times over.
    public static func first(in tokens: [Int]) -> PhraseLoop? {
        var first: PhraseLoop?
        guard tokens.count >= shortestRange else { return nil }
        for period in 1...tokens.count / 3 {
            var begin = 0
            for index in period...tokens.count {
                if index < tokens.count, tokens[index] == tokens[index - period] { continue }
                let range = begin..<index
                if range.count >= max(shortestRange, turns(period: period) * period),
                    first.map({ range.lowerBound < $0.range.lowerBound }) ?? true
                {
                    first = PhraseLoop(period: period, range: range)
                }
                begin = index - period + 1
            }
        }
        return first
    }

    /// Shorter repetitions are how people talk.
    private static let shortestRange = 10

    private static func turns(period: Int) -> Int {
        switch period {
        case 1: 10
        case 2...3: 6
        case 4...8: 4
        default: 3
        }
    }
}
