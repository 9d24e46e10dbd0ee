/// Numbers in words become numbers in digits: `twenty one` 21, `nineteen sixties` 1960s, `two million dollars`
/// $2000000, `one oh one` 101.
enum EnglishNumbers {
    static func inDigits(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let words = suffixesJoined(digitsParted(halvesInDecimals(text))).words
        let numbered = EnglishNumberReader.inDigits(words).joined(separator: " ").scalars
        return onesInWords(centsAlone(centsAdded(numbered)))
    }

    // MARK: Before the words are read

    /// `and a half` after a number word becomes `point five`.
    private static func halvesInDecimals(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var segments: [[Unicode.Scalar]] = []
        var start = 0
        for index in text.indices where index >= start {
            guard let end = endOfHalf(in: text, at: index) else { continue }
            segments.append(Array(text[start..<index]))
            start = end
        }
        segments.append(Array(text[start...]))
        var parts: [String] = []
        for (index, segment) in segments.enumerated() {
            // With nothing said before it, a half goes too.
            guard let last = segment.words.last else { continue }
            parts.append(segment.text)
            if index < segments.count - 1 {
                let meaning = EnglishNumberWord(last)
                let isNumber = meaning?.isDecimal == true || meaning?.isMultiplier == true
                parts.append(isNumber ? "point five" : "and a half")
            }
        }
        return parts.joined(separator: " ").scalars
    }

    /// Where `and a half`, beginning at `index`, ends.
    private static func endOfHalf(in text: [Unicode.Scalar], at index: Int) -> Int? {
        var end = index
        for (place, word) in ["and", "a", "half"].map(\.scalars).enumerated() {
            if place > 0 {
                let space = text.end(from: end, while: \.isSpace)
                guard space > end else { return nil }
                end = space
            }
            guard text.has(word, at: end) else { return nil }
            end += word.count
        }
        return text.isWordBoundary(at: index) && text.isWordBoundary(at: end) ? end : nil
    }

    /// A space between digits and letters that touch.
    private static func digitsParted(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in text.enumerated() {
            if let before = text.scalar(at: index - 1),
                (before.isASCIIDigit && scalar.isLowercaseASCIILetter)
                    || (before.isLowercaseASCIILetter && scalar.isASCIIDigit)
            {
                result.append(" ")
            }
            result.append(scalar)
        }
        return result
    }

    private static let suffixes = ["st", "nd", "rd", "th", "s"].map(\.scalars)

    /// No space between digits and what may be their suffix.
    private static func suffixesJoined(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.rewritten { index in
            guard text[index].isASCIIDigit else { return nil }
            let start = text.end(from: index + 1, while: \.isSpace)
            guard start > index + 1,
                let suffix = suffixes.first(where: {
                    text.has($0, at: start) && text.isWordBoundary(at: start + $0.count)
                })
            else { return nil }
            return (start + suffix.count, [text[index]] + suffix)
        }
    }

    // MARK: After

    private static let currencies: Set<Unicode.Scalar> = ["€", "£", "$"]

    /// `$2 and ¢7` becomes `$2.07`.
    private static func centsAdded(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.rewritten { index in
            guard currencies.contains(text[index]) else { return nil }
            let unitsEnd = text.end(from: index + 1, while: \.isASCIIDigit)
            guard unitsEnd > index + 1, text.scalar(at: unitsEnd) == " " else { return nil }
            var start = unitsEnd + 1
            if text.has("and ".scalars, at: start) { start += 4 }
            guard text.scalar(at: start) == "¢", let end = endOfCents(in: text, at: start + 1) else { return nil }
            let cents = Array(text[start + 1..<end])
            return (end, text[index..<unitsEnd] + ["."] + (cents.count == 1 ? ["0"] : []) + cents)
        }
    }

    /// `$0.07` becomes `¢7`; any sign may stand for the point.
    private static func centsAlone(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.rewritten { index in
            guard currencies.contains(text[index]), text.scalar(at: index + 1) == "0", index + 2 < text.count,
                let end = endOfCents(in: text, at: index + 3)
            else { return nil }
            let cents = text[index + 3..<end]
            return (end, ["¢"] + (cents.count == 2 && cents.first == "0" ? cents.dropFirst() : cents))
        }
    }

    /// The end of one or two digits with no more of the word behind them.
    private static func endOfCents(in text: [Unicode.Scalar], at start: Int) -> Int? {
        let end = text.end(from: start, while: \.isASCIIDigit)
        return (1...2).contains(end - start) && text.isWordBoundary(at: end) ? end : nil
    }

    /// `1` and `1s` stay words, which reads better.
    private static func onesInWords(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.rewritten { index in
            guard text[index] == "1", text.isWordBoundary(at: index) else { return nil }
            for ending in ["s".scalars, []] where text.has(ending, at: index + 1) {
                let end = index + 1 + ending.count
                if text.isWordBoundary(at: end) { return (end, "one".scalars + ending) }
            }
            return nil
        }
    }
}
