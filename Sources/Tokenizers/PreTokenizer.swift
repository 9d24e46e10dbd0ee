/// Cuts text into the words within which merges happen.
struct PreTokenizer: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        /// A space in front of every piece that has none (`add_prefix_space`).
        case prefixSpace
        /// Numbers apart from the rest, digit by digit or as runs.
        case digits(individually: Bool)
        case words(WordPattern)
    }

    let steps: [Step]

    /// Calls `body` with each word of `text[range]`, which is valid UTF-8: the text it stands in (another one if a space
    /// was put in front) and its range.
    func forEachWord(
        in text: [UInt8], _ range: Range<Int>, _ body: (_ text: [UInt8], _ word: Range<Int>) -> Void
    ) {
        forEachPiece(in: text, range, steps[...], body)
    }

    private func forEachPiece(
        in text: [UInt8], _ range: Range<Int>, _ steps: ArraySlice<Step>,
        _ body: (_ text: [UInt8], _ word: Range<Int>) -> Void
    ) {
        guard !range.isEmpty else { return }
        guard let step = steps.first else { return body(text, range) }
        let following = steps.dropFirst()
        switch step {
        case .prefixSpace:
            if text[range.lowerBound] == UInt8(ascii: " ") {
                forEachPiece(in: text, range, following, body)
            } else {
                let prefixed = [UInt8(ascii: " ")] + text[range]
                forEachPiece(in: prefixed, 0..<prefixed.count, following, body)
            }
        case .digits(let individually):
            var start = range.lowerBound
            while start < range.upperBound {
                let end = Self.endOfDigits(in: text, from: start, to: range.upperBound, individually: individually)
                forEachPiece(in: text, start..<end, following, body)
                start = end
            }
        case .words(let pattern):
            var start = range.lowerBound
            while start < range.upperBound {
                let end = pattern.endOfWord(in: text, from: start, to: range.upperBound)
                if following.isEmpty {
                    body(text, start..<end)
                } else {
                    forEachPiece(in: text, start..<end, following, body)
                }
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
