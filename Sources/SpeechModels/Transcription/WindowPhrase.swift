/// A phrase that was understood in a window. Times are seconds from the window's beginning.
struct WindowPhrase {
    var start: Double
    var end: Double
    /// Timestamp tokens included.
    var tokens: [Int]
    var text: String
    /// Their texts joined are `text`; nil where nobody looked for them.
    var words: [TranscriptWord]?

    /// A phrase never lasts over a silence that was left out: what is said before it and after it are two phrases.
    ///
    /// - Parameters:
    ///   - joins: where silences were left out, in order.
    ///   - silences: what of them is left on both sides, and others.
    ///   - text: of some tokens.
    func split(
        at joins: [Double], silences: [ClosedRange<Double>] = [], text: ([Int]) -> String
    ) -> [WindowPhrase] {
        guard let join = joins.first(where: { $0 > start && $0 < end }), let words, !words.isEmpty else {
            return [self]
        }
        let rest = joins.filter { $0 > join }
        // What reaches over the join ends before the silence around it, or begins after it.
        let silence = silences.first { $0.contains(join) } ?? join...join
        let count = words.prefix { ($0.start + $0.end) / 2 < join }.count
        var (before, after) = (self, self)
        before.words = words.prefix(count).map { word in
            var word = word
            if word.end > join { word.end = max(word.start, silence.lowerBound) }
            return word
        }
        after.words = words.dropFirst(count).map { word in
            var word = word
            if word.start < join { word.start = min(word.end, silence.upperBound) }
            return word
        }
        before.end = silence.lowerBound
        after.start = silence.upperBound
        if count == 0 { return after.split(at: rest, silences: silences, text: text) }
        if count == words.count { return [before] }
        before.text = words.prefix(count).map(\.text).joined()
        after.text = words.dropFirst(count).map(\.text).joined()
        before.end = min(before.end, words[count - 1].end)
        after.start = max(after.start, words[count].start)
        // Words end where tokens end.
        let length = before.text.utf8.count
        let cut = tokens.indices.first { text(Array(tokens[...$0])).utf8.count >= length } ?? tokens.count - 1
        before.tokens = Array(tokens[...cut])
        after.tokens = Array(tokens[(cut + 1)...])
        return [before] + after.split(at: rest, silences: silences, text: text)
    }
}
