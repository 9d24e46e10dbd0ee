/// A text that is said in a recording: its words as they are shown, and as a model spells them.
struct SpokenText {
    struct Word: Equatable {
        /// As it stands, with punctuation that stands alone beside it.
        var text: String
        /// What is spelled for it; "well-known" may be two words.
        var spelled: [String]
    }

    struct Line: Equatable {
        /// From 0, those without words counted too.
        let number: Int
        var words: [Word]
    }

    /// Those with words.
    let lines: [Line]

    init(_ lines: [String], spelling: TargetSpelling) {
        self.lines = lines.enumerated().compactMap { number, line in
            let words = Self.words(of: line, spelling)
            return words.isEmpty ? nil : Line(number: number, words: words)
        }
    }

    /// All words as they are spelled.
    var spelled: String { lines.flatMap(\.words).flatMap(\.spelled).joined(separator: " ") }

    private static func words(of line: String, _ spelling: TargetSpelling) -> [Word] {
        var words: [Word] = []
        /// Punctuation before the first word.
        var waiting = ""
        for part in line.split(whereSeparator: \.isWhitespace).map(String.init) {
            let spelled = spelling.spelled(part).split(separator: " ").map(String.init)
            if !spelled.isEmpty {
                words.append(Word(text: waiting + part, spelled: spelled))
                waiting = ""
            } else if words.isEmpty {
                waiting += part + " "
            } else {
                words[words.count - 1].text += " " + part
            }
        }
        return words
    }
}
