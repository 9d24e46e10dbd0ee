/// "▁" for every space, one in front, and words that begin with it: the pre-tokenizer `Metaspace`.
struct Metaspace: Sendable, Equatable {
    /// Which pieces get a mark in front, unless they begin with one.
    enum PrependScheme: String, Sendable, Equatable, CaseIterable {
        case always
        /// Only that with which the text itself begins.
        case first
        case never
    }

    let mark: Unicode.Scalar
    let prependScheme: PrependScheme
    /// Whether the text is cut before each mark.
    let splits: Bool

    /// The text with marks, and calls `body` with each word of it.
    func forEachWord(
        in text: [UInt8], _ range: Range<Int>, beginsText: Bool,
        _ body: (_ text: [UInt8], _ word: Range<Int>) throws(PatternError) -> Void
    ) throws(PatternError) {
        let mark = Array(String(self.mark).utf8)
        var marked: [UInt8] = []
        marked.reserveCapacity(range.count + range.count / 2 + mark.count)
        let prepends =
            switch prependScheme {
            case .always: true
            case .first: beginsText
            case .never: false
            }
        if prepends, text[range.lowerBound] != UInt8(ascii: " "), !text[range].starts(with: mark) { marked += mark }
        for byte in text[range] {
            if byte == UInt8(ascii: " ") { marked += mark } else { marked.append(byte) }
        }
        guard splits else { return try body(marked, marked.indices) }
        var start = 0
        for index in marked.indices.dropFirst()
        where marked[index] == mark[0] && marked[index...].starts(with: mark) {
            try body(marked, start..<index)
            start = index
        }
        try body(marked, start..<marked.count)
    }
}
