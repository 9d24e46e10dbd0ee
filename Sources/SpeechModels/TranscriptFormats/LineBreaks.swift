/// Where a row of words is divided into subtitles, and a subtitle into lines: of all divisions that fit, one whose
/// breaks stand after sentences, clauses and pauses and whose parts are of like length, found by dynamic programming
/// over the words (as Knuth & Plass 1981 do for paragraphs).
struct LineBreaks {
    /// Cells of each word with the space before it, summed up to each word.
    private let widthsBefore: [Int]
    /// Cells of the space before each word, which falls away at the beginning of a line.
    private let spaces: [Int]
    /// What a break before each word costs: nothing after a sentence, 1 where no reason speaks for it.
    private let costs: [Double]

    init(_ words: [CaptionWord], displayWidth: (String) -> Int) {
        widthsBefore = words.reduce(into: [0]) { $0.append($0[$0.count - 1] + displayWidth($1.text)) }
        spaces = words.map { displayWidth(String($0.text.prefix { $0.isWhitespace })) }
        costs = words.indices.map { $0 == 0 ? 0 : Self.cost(between: words[$0 - 1], and: words[$0]) }
    }

    private static func cost(between previous: CaptionWord, and next: CaptionWord) -> Double {
        let end = previous.text.last { !$0.isWhitespace && !"\"'”’»)]」』".contains($0) }
        if let end, ".!?…。！？".contains(end) { return 0 }
        if let end, ",;:–—、，；：".contains(end) { return 0.4 }
        return next.pause(after: previous) >= CaptionLayout.shortPause ? 0.5 : 1
    }

    private var wordCount: Int { spaces.count }

    /// Cells of a line that holds these words.
    private func width(_ words: Range<Int>) -> Int {
        widthsBefore[words.upperBound] - widthsBefore[words.lowerBound] - spaces[words.lowerBound]
    }

    /// The lines that these words need at least.
    private func lineCount(_ words: Range<Int>, width limit: Int) -> Int {
        var count = 1
        var start = words.lowerBound
        for end in words where width(start..<end + 1) > limit && end > start {
            count += 1
            start = end
        }
        return count
    }

    /// The fewest subtitles that hold all words.
    ///
    /// - Parameters:
    ///   - width: cells of a line; nil sets no limit.
    ///   - lineCount: lines of a subtitle.
    ///   - wordCount: words of a subtitle; nil sets no limit.
    func captions(width: Int?, lineCount: Int, wordCount limit: Int?) -> [Range<Int>] {
        divide(0..<wordCount) { words in
            if let limit, words.count > limit { return nil }
            guard let width else { return limit.map { Double(words.count) / Double($0) } ?? 1 }
            if words.count > 1, self.lineCount(words, width: width) > lineCount { return nil }
            return Double(self.width(words)) / Double(width * lineCount)
        }
    }

    /// The fewest lines that hold `words`; one where there is no limit.
    func lines(_ words: Range<Int>, width limit: Int?) -> [Range<Int>] {
        guard let limit else { return [words] }
        return divide(words) { line in
            let width = width(line)
            return width <= limit || line.count == 1 ? Double(width) / Double(limit) : nil
        }
    }

    /// Divides `words` into the fewest parts that fit; among those divisions takes the one with the smallest sum of
    /// the breaks' costs and the squared fillings, which even parts make small.
    ///
    /// - Parameter filling: how full a part is, 1 at its limit; nil where it holds too much, and then so does every
    ///   part that begins earlier. A single word always fits.
    private func divide(_ words: Range<Int>, filling: (Range<Int>) -> Double?) -> [Range<Int>] {
        struct Division {
            var partCount = 0
            var cost = 0.0
            var lastStart = 0

            func isBetter(than other: Division) -> Bool { (partCount, cost) < (other.partCount, other.cost) }
        }
        // The best division of the words before each place.
        var best = [Division()]
        for end in words {
            var found: Division?
            for start in (words.lowerBound...end).reversed() {
                guard let filling = filling(start..<end + 1) else { break }
                let before = best[start - words.lowerBound]
                let division = Division(
                    partCount: before.partCount + 1, cost: before.cost + costs[start] + 2 * filling * filling,
                    lastStart: start)
                if found.map({ division.isBetter(than: $0) }) ?? true { found = division }
            }
            guard let found else { preconditionFailure("a single word has to fit") }
            best.append(found)
        }
        var parts: [Range<Int>] = []
        var end = words.upperBound
        while end > words.lowerBound {
            let start = best[end - words.lowerBound].lastStart
            parts.append(start..<end)
            end = start
        }
        return parts.reversed()
    }
}
