import Tokenizers

/// Tokens of a phrase gathered into words. The words' texts joined are the phrase's text.
///
/// Where the language writes spaces, a word is what stands between two of them, so that "$3.50", "10:30", "1,000" and
/// "well-known" are one word each; elsewhere it is a character, or a number or a word in Latin letters. Punctuation that
/// stands alone joins the word before it, or behind it where it opens.
struct WordGrouping: Equatable {
    struct Word: Equatable {
        var text: String
        /// Its tokens, by their place in the phrase.
        var tokens: Range<Int>
        /// Those that are said: without punctuation at the ends, as far as it has tokens of its own.
        var spoken: Range<Int>
    }

    private(set) var words: [Word] = []

    /// Codes of languages that write no spaces between words.
    static let languagesWithoutSpaces: Set<String> = ["zh", "ja", "th", "lo", "my", "yue", "km", "bo"]

    private static let opening = Set<Character>("\"'“¿¡([{-«‹„‚‘「『（《〈【[")
    private static let closing = Set<Character>("\"'.。,，!！?？:：”)]}、;；…—–»›’」』）》〉】·・।")

    /// - Parameter tokens: text tokens only.
    init(_ tokens: [Int], tokenizer: ByteLevelBPE, language: String) {
        let writesSpaces = !Self.languagesWithoutSpaces.contains(language)
        words = Self.joined(Self.pieces(tokens, tokenizer)) { word, piece in
            writesSpaces ? Self.beginsWithSpace(piece) : Self.separates(word, piece)
        }
        attachLonePunctuation()
        // "3." has got its point only now, and "50" goes on with it.
        if !writesSpaces { words = Self.joined(words, exceptWhere: Self.separates) }
    }

    private static func joined(_ pieces: [Word], exceptWhere separates: (Word, Word) -> Bool) -> [Word] {
        pieces.reduce(into: []) { words, piece in
            if let last = words.last, !separates(last, piece) {
                words[words.count - 1] = joined(last, piece)
            } else {
                words.append(piece)
            }
        }
    }

    /// The smallest runs of tokens that hold whole characters.
    private static func pieces(_ tokens: [Int], _ tokenizer: ByteLevelBPE) -> [Word] {
        var pieces: [Word] = []
        var decoder = StreamingDecoder(tokenizer)
        var (text, start) = ("", 0)
        func add(_ end: Int) {
            let isSpoken = !isPunctuation(text)
            let piece = Word(text: text, tokens: start..<end, spoken: isSpoken ? start..<end : start..<start)
            if let last = pieces.last, continuesCharacter(last.text, text) {
                pieces[pieces.count - 1] = joined(last, piece)
            } else {
                pieces.append(piece)
            }
            (text, start) = ("", end)
        }
        for (index, token) in tokens.enumerated() {
            text += decoder.append(token)
            if decoder.isBetweenCharacters { add(index + 1) }
        }
        text += decoder.finish()
        if start < tokens.count { add(tokens.count) }
        return pieces
    }

    /// Whether the second text goes on with the last character of the first: an accent, a vowel sign, a joined emoji.
    private static func continuesCharacter(_ first: String, _ second: String) -> Bool {
        guard let last = first.last, let next = second.first else { return true }
        return (String(last) + String(next)).count < 2
    }

    private static func beginsWithSpace(_ piece: Word) -> Bool { piece.text.first?.isWhitespace == true }

    /// Where no spaces are written: whether a word ends before `piece`.
    private static func separates(_ word: Word, _ piece: Word) -> Bool {
        guard let last = word.text.last, let first = piece.text.first else { return false }
        if isLatin(last), isLatin(first) { return false }
        // "3." and "50".
        let ending = word.text.suffix(2)
        return !(isDigit(first) && ending.count == 2 && isDigit(ending[ending.startIndex]) && ".,:．，：".contains(last))
    }

    private static func isLatin(_ character: Character) -> Bool {
        isDigit(character) || (character.isLetter && character < "\u{250}")
    }

    private static func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character) || ("０"..."９").contains(character)
    }

    /// Joins punctuation that stands alone to a neighbour.
    private mutating func attachLonePunctuation() {
        var result: [Word] = []
        /// Opening punctuation that waits for its word.
        var waiting: Word?
        for word in words {
            if Self.isPunctuation(word.text) {
                let characters = Self.core(word.text)
                let opens = characters.allSatisfy { Self.opening.contains($0) }
                let mayClose = characters.allSatisfy { Self.closing.contains($0) } && !Self.beginsWithSpace(word)
                if result.isEmpty || waiting != nil || (opens && !mayClose) {
                    waiting = waiting.map { Self.joined($0, word) } ?? word
                } else {
                    result[result.count - 1] = Self.joined(result[result.count - 1], word)
                }
            } else {
                result.append(waiting.map { Self.joined($0, word) } ?? word)
                waiting = nil
            }
        }
        if let waiting {
            if let last = result.popLast() {
                result.append(Self.joined(last, waiting))
            } else {
                // Nothing but punctuation: it must stand for what was said.
                result = [Word(text: waiting.text, tokens: waiting.tokens, spoken: waiting.tokens)]
            }
        }
        words = result
    }

    private static func joined(_ first: Word, _ second: Word) -> Word {
        let spoken =
            first.spoken.isEmpty
            ? second.spoken
            : second.spoken.isEmpty ? first.spoken : first.spoken.lowerBound..<second.spoken.upperBound
        return Word(
            text: first.text + second.text, tokens: first.tokens.lowerBound..<second.tokens.upperBound, spoken: spoken)
    }

    /// Whether nothing of it is said; white space counts as punctuation.
    private static func isPunctuation(_ text: String) -> Bool {
        core(text).allSatisfy { opening.contains($0) || closing.contains($0) }
    }

    /// Without white space at its ends.
    private static func core(_ text: String) -> String { text.trimmed() }
}
