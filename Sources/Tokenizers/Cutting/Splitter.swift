/// Cuts text at what matches, as the pre-tokenizers `Split`, `Punctuation`, `Whitespace` and their like do.
struct Splitter: Sendable, Equatable {
    /// What is looked for.
    enum Matcher: Sendable, Equatable {
        case expression(RegularExpression)
        /// Each scalar by itself.
        case punctuation, space
        case scalar(Unicode.Scalar)
        /// Runs of word scalars and runs of others that are no spaces: `\w+|[^\w\s]+` of Rust's `regex`.
        case wordsAndSymbols
    }

    /// What becomes of a match, with the names of the files.
    enum Behavior: String, Sendable, Equatable, CaseIterable {
        case isolated = "Isolated"
        case removed = "Removed"
        case mergedWithPrevious = "MergedWithPrevious"
        case mergedWithNext = "MergedWithNext"
        case contiguous = "Contiguous"
    }

    let matcher: Matcher
    let behavior: Behavior
    /// Whether what lies between the matches counts as matches, and the other way round.
    var isInverted = false

    private struct Part {
        var range: Range<Int>
        let isMatch: Bool
    }

    /// Calls `body` with each piece of `text[range]`, which is valid UTF-8; empty ones are left out.
    func forEachPiece(
        in text: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) throws(PatternError) -> Void
    ) throws(PatternError) {
        let parts = try parts(of: text, range)
        switch behavior {
        case .isolated: for part in parts where !part.range.isEmpty { try body(part.range) }
        case .removed: for part in parts where !part.isMatch && !part.range.isEmpty { try body(part.range) }
        case .contiguous, .mergedWithPrevious, .mergedWithNext:
            for piece in merged(parts) where !piece.isEmpty { try body(piece) }
        }
    }

    /// Matches and what lies between them, in order.
    private func parts(of text: [UInt8], _ range: Range<Int>) throws(PatternError) -> [Part] {
        var parts: [Part] = []
        var end = range.lowerBound
        let isInverted = isInverted
        func add(_ match: Range<Int>) {
            if end < match.lowerBound { parts.append(Part(range: end..<match.lowerBound, isMatch: isInverted)) }
            parts.append(Part(range: match, isMatch: !isInverted))
            end = match.upperBound
        }
        switch matcher {
        case .expression(let expression): try expression.forEachMatch(in: text, range) { add($0) }
        case .punctuation: Self.forEachScalar(in: text, range) { if $0.isPunctuation { add($1) } }
        case .space: Self.forEachScalar(in: text, range) { if $0.properties.isWhitespace { add($1) } }
        case .scalar(let wanted): Self.forEachScalar(in: text, range) { if $0 == wanted { add($1) } }
        case .wordsAndSymbols: Self.forEachRun(in: text, range) { add($0) }
        }
        if end < range.upperBound { parts.append(Part(range: end..<range.upperBound, isMatch: isInverted)) }
        return parts
    }

    private static func forEachScalar(
        in text: [UInt8], _ range: Range<Int>, _ body: (Unicode.Scalar, Range<Int>) -> Void
    ) {
        var index = range.lowerBound
        while index < range.upperBound {
            let (scalar, length) = ScalarClass.scalar(in: text, at: index)
            body(scalar, index..<index + length)
            index += length
        }
    }

    private static func forEachRun(in text: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var run: (start: Int, isWord: Bool)?
        forEachScalar(in: text, range) { scalar, place in
            let isWord = scalar.isWord
            let isSpace = !isWord && scalar.properties.isWhitespace
            if let open = run, isSpace || open.isWord != isWord {
                body(open.start..<place.lowerBound)
                run = nil
            }
            if !isSpace, run == nil { run = (place.lowerBound, isWord) }
        }
        if let run { body(run.start..<range.upperBound) }
    }

    private func merged(_ parts: [Part]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var followsMatch = false
        switch behavior {
        case .mergedWithNext:
            for part in parts.reversed() {
                if part.isMatch, !followsMatch, let last = pieces.popLast() {
                    pieces.append(part.range.lowerBound..<last.upperBound)
                } else {
                    pieces.append(part.range)
                }
                followsMatch = part.isMatch
            }
            pieces.reverse()
        case .mergedWithPrevious:
            for part in parts {
                if part.isMatch, !followsMatch, let last = pieces.popLast() {
                    pieces.append(last.lowerBound..<part.range.upperBound)
                } else {
                    pieces.append(part.range)
                }
                followsMatch = part.isMatch
            }
        default:
            // Contiguous: neighbours of a kind are one piece.
            for (index, part) in parts.enumerated() {
                if index > 0, parts[index - 1].isMatch == part.isMatch, let last = pieces.popLast() {
                    pieces.append(last.lowerBound..<part.range.upperBound)
                } else {
                    pieces.append(part.range)
                }
            }
        }
        return pieces
    }
}

extension Unicode.Scalar {
    /// What the pre-tokenizers `Punctuation` and `BertPreTokenizer` take for punctuation: all ASCII that is neither letter,
    /// digit nor control, and the categories P in Unicode 8 (the Rust crate `unicode_categories`).
    var isPunctuation: Bool {
        if isASCII {
            return switch value {
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
            default: false
            }
        }
        // Changed their category since.
        if value == 0x166D || value == 0x111C9 { return true }
        guard (properties.age?.major ?? .max) <= 8 else { return false }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
