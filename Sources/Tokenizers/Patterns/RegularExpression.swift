/// A regular expression of a tokenizer file, matched over UTF-8 as Oniguruma matches it: of several ways the one that is
/// written first, by going back. Letters, numbers and so on are those of Unicode 16 (``ScalarTraits``).
///
/// Swift's own `Regex` matches by grapheme clusters and its own version of Unicode; that gives other words.
struct RegularExpression: Sendable, Equatable {
    let pattern: String
    private let program: [PatternInstruction]
    private let sets: [ScalarSet]

    init(_ pattern: String) throws(PatternError) {
        let compiled = try PatternCompiler.compile(try RegularExpressionParser.parse(pattern))
        self.pattern = pattern
        program = compiled.program
        sets = compiled.sets
    }

    /// Exactly these characters.
    init(literal text: String) {
        pattern = text
        var numbers: [ScalarSet] = []
        program =
            text.unicodeScalars.map { scalar in
                numbers.append(ScalarSet(scalar))
                return .scalar(numbers.count - 1)
            } + [.match]
        sets = numbers
    }

    /// Going back may take time that grows with the square of a text or worse. Beyond this many steps the pattern is
    /// given up: a tokenizer's own takes about ten for each byte.
    private static func stepLimit(byteCount: Int) -> Int { 1_000_000 + byteCount * 4096 }

    /// Calls `body` with each match in `text[range]` (valid UTF-8), from left to right; nothing outside the range is seen.
    ///
    /// - Throws: ``PatternError`` if the pattern takes too many steps on this text.
    func forEachMatch(
        in text: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) throws(PatternError) {
        var matcher = Matcher(
            text: text, range: range, program: program, sets: sets,
            stepsLeft: Self.stepLimit(byteCount: range.count))
        var position = range.lowerBound
        var lastEnd: Int?
        while position <= range.upperBound {
            var start = position
            var end = try matcher.run(0, at: start)
            while end == nil, start < range.upperBound {
                start += text[start].characterLength
                end = try matcher.run(0, at: start)
            }
            guard let end else { return }
            if start == end, lastEnd == end {
                // Nothing at the place where the last match ended does not count.
                guard position < range.upperBound else { return }
                position += text[position].characterLength
            } else {
                position = end
                lastEnd = end
                body(start..<end)
            }
        }
    }
}

/// Runs a program over a text.
private struct Matcher {
    let text: [UInt8]
    let range: Range<Int>
    let program: [PatternInstruction]
    let sets: [ScalarSet]
    var stepsLeft: Int

    /// Where to go on if the present way fails. A run keeps one entry for all the places it can give back to.
    private struct Choice {
        let place: Int
        /// The least position to go on at.
        let lowest: Int
        var position: Int
    }

    private var choices: [Choice] = []

    init(text: [UInt8], range: Range<Int>, program: [PatternInstruction], sets: [ScalarSet], stepsLeft: Int) {
        self.text = text
        self.range = range
        self.program = program
        self.sets = sets
        self.stepsLeft = stepsLeft
    }

    /// Where the match ends that begins at `start`, or nil. Patterns nest at most as deep as the parser lets them.
    mutating func run(_ first: Int, at start: Int) throws(PatternError) -> Int? {
        let base = choices.count
        defer { choices.removeSubrange(base...) }
        var place = first
        var position = start
        while true {
            stepsLeft -= 1
            guard stepsLeft > 0 else {
                throw PatternError(part: "the pattern", reason: "it goes back too often on this text")
            }
            var fails = false
            switch program[place] {
            case .match: return position
            case .scalar(let set):
                var length = 0
                if position < range.upperBound, sets[set].contains(text, at: position, length: &length) {
                    position += length
                    place += 1
                } else {
                    fails = true
                }
            case .run(let set):
                let end = endOfRun(set, from: position)
                place += 1
                if end > position { choices.append(Choice(place: place, lowest: position, position: end)) }
                position = end
            case .possessiveRun(let set):
                position = endOfRun(set, from: position)
                place += 1
            case .fork(let now, let later):
                choices.append(Choice(place: later, lowest: position, position: position))
                place = now
            case .jump(let other): place = other
            case .look(let isNegated, let next):
                fails = (try run(place + 1, at: position) == nil) != isNegated
                place = next
            case .atomic(let next):
                if let end = try run(place + 1, at: position) {
                    position = end
                    place = next
                } else {
                    fails = true
                }
            case .lookBehind(let expected, let isNegated):
                fails = isBehind(expected, position) == isNegated
                place += 1
            case .anchor(let anchor):
                fails = !holds(anchor, position)
                place += 1
            }
            guard fails else { continue }
            guard choices.count > base else { return nil }
            let last = choices.count - 1
            place = choices[last].place
            position = choices[last].position
            if position > choices[last].lowest {
                // A run, whose end was tried already: one scalar less.
                position = previous(position)
                choices[last].position = position
                if position == choices[last].lowest { choices.removeLast() }
            } else {
                choices.removeLast()
            }
        }
    }

    private mutating func endOfRun(_ set: Int, from start: Int) -> Int {
        var position = start
        var length = 0
        while position < range.upperBound, sets[set].contains(text, at: position, length: &length) {
            position += length
        }
        stepsLeft -= position - start
        return position
    }

    private func isBehind(_ expected: [Int], _ position: Int) -> Bool {
        var index = position
        for set in expected.reversed() {
            guard index > range.lowerBound else { return false }
            index = previous(index)
            var length = 0
            guard sets[set].contains(text, at: index, length: &length) else { return false }
        }
        return true
    }

    private func previous(_ position: Int) -> Int {
        var index = position - 1
        while text[index] & 0xC0 == 0x80 { index -= 1 }
        return index
    }

    private func isWord(_ index: Int) -> Bool {
        var length = 0
        return ScalarSet.words.contains(text, at: index, length: &length)
    }

    private func holds(_ anchor: PatternNode.Anchor, _ position: Int) -> Bool {
        let newline: UInt8 = 0x0A
        let isStart = position == range.lowerBound
        let isEnd = position == range.upperBound
        switch anchor {
        case .startOfText: return isStart
        case .endOfText: return isEnd
        case .endOfTextOrLastNewline:
            return isEnd || (position == range.upperBound - 1 && text[position] == newline)
        // Behind the last line break there is no line, for Oniguruma.
        case .startOfLine: return isStart || (!isEnd && text[position - 1] == newline)
        case .endOfLine: return isEnd ? isStart || text[position - 1] != newline : text[position] == newline
        case .wordBoundary, .noWordBoundary:
            let before = !isStart && isWord(previous(position))
            let after = !isEnd && isWord(position)
            return (before != after) == (anchor == .wordBoundary)
        }
    }
}
