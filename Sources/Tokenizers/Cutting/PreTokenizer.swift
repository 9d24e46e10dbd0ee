/// Cuts text into the words within which a model looks for tokens.
struct PreTokenizer: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// A space in front of every piece that has none (`add_prefix_space`).
        case prefixSpace
        /// Numbers apart from the rest, digit by digit or as runs.
        case digits(individually: Bool)
        case words(WordPattern)
        case split(Splitter)
        case metaspace(Metaspace)
        /// Pieces of so many scalars; the last may be shorter.
        case fixedLength(Int)
    }

    let steps: [Step]

    /// Calls `body` with each word of `text[range]`, which is valid UTF-8: the text it stands in (another one if something
    /// was put in front) and its range.
    ///
    /// - Parameter beginsText: whether the range stands at the very beginning of what is encoded.
    /// - Throws: ``PatternError`` if a pattern takes too long.
    func forEachWord(
        in text: [UInt8], _ range: Range<Int>, beginsText: Bool = true,
        _ body: (_ text: [UInt8], _ word: Range<Int>) -> Void
    ) throws(PatternError) {
        try forEachPiece(in: text, range, beginsText, steps[...], body)
    }

    private func forEachPiece(
        in text: [UInt8], _ range: Range<Int>, _ beginsText: Bool, _ steps: ArraySlice<Step>,
        _ body: (_ text: [UInt8], _ word: Range<Int>) -> Void
    ) throws(PatternError) {
        guard !range.isEmpty else { return }
        guard let step = steps.first else { return body(text, range) }
        let following = steps.dropFirst()
        func goOn(_ piece: Range<Int>) throws(PatternError) {
            if following.isEmpty { return body(text, piece) }
            try forEachPiece(in: text, piece, beginsText && piece.lowerBound == range.lowerBound, following, body)
        }
        switch step {
        case .prefixSpace:
            if text[range.lowerBound] == UInt8(ascii: " ") { return try goOn(range) }
            let prefixed = [UInt8(ascii: " ")] + text[range]
            try forEachPiece(in: prefixed, prefixed.indices, beginsText, following, body)
        case .digits(let individually):
            var start = range.lowerBound
            while start < range.upperBound {
                let end = Self.endOfDigits(in: text, from: start, to: range.upperBound, individually: individually)
                try goOn(start..<end)
                start = end
            }
        case .words(let pattern):
            var start = range.lowerBound
            while start < range.upperBound {
                let end = pattern.endOfWord(in: text, from: start, to: range.upperBound)
                try goOn(start..<end)
                start = end
            }
        case .split(let splitter): try splitter.forEachPiece(in: text, range, goOn)
        case .metaspace(let metaspace):
            try metaspace.forEachWord(in: text, range, beginsText: beginsText) { marked, word throws(PatternError) in
                try forEachPiece(in: marked, word, beginsText && word.lowerBound == 0, following, body)
            }
        case .fixedLength(let length):
            var start = range.lowerBound
            while start < range.upperBound {
                var end = start
                for _ in 0..<length where end < range.upperBound { end += ScalarClass.scalar(in: text, at: end).length }
                try goOn(start..<end)
                start = end
            }
        }
    }

    private static func endOfDigits(in text: [UInt8], from start: Int, to end: Int, individually: Bool) -> Int {
        let first = ScalarClass.scalar(in: text, at: start)
        let wanted = first.scalar.isNumeric
        var index = start + first.length
        if wanted, individually { return index }
        while index < end {
            let next = ScalarClass.scalar(in: text, at: index)
            guard next.scalar.isNumeric == wanted else { break }
            index += next.length
        }
        return index
    }
}
