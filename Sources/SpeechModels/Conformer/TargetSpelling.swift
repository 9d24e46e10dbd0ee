/// How a text is written for a model that learns to spell what it hears.
public enum TargetSpelling: String, Sendable, Hashable, CaseIterable, Codable {
    /// As it stands, with white space at its ends left out and every run of it made one space.
    case asWritten = "none"
    /// The same in lower case.
    case lowercase = "lower"
    /// In lower case without punctuation, but for apostrophes within words: what can be heard.
    case words

    /// For a model that can write already: as the texts stand, but in lower case where they are all in capitals, which it would
    /// otherwise have to learn. Not as sentences: such texts are cut anywhere, and tell of no beginning.
    public init(naturalFor texts: some Sequence<String>) {
        var hasLetters = false
        for scalar in texts.lazy.flatMap(\.unicodeScalars) where scalar.properties.isCased {
            guard scalar.properties.generalCategory == .uppercaseLetter else {
                self = .asWritten
                return
            }
            hasLetters = true
        }
        self = hasLetters ? .lowercase : .asWritten
    }

    public func spelled(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace)
        switch self {
        case .lowercase: return words.joined(separator: " ").lowercased()
        case .asWritten: return words.joined(separator: " ")
        case .words:
            return words.flatMap { Self.parts(of: $0.lowercased()) }.joined(separator: " ")
        }
    }

    /// The parts of a word that punctuation leaves: letters, marks and numbers, and apostrophes between those.
    private static func parts(of word: String) -> [String] {
        var scalars = String.UnicodeScalarView()
        for scalar in word.unicodeScalars {
            // The typographic apostrophe is an apostrophe.
            if scalar == "'" || scalar == "\u{2019}" {
                scalars.append("'")
            } else {
                scalars.append(isSpoken(scalar) ? scalar : " ")
            }
        }
        return String(scalars).split(separator: " ").compactMap { part in
            let trimmed = part.drop { $0 == "'" }
            let end = trimmed.lastIndex { $0 != "'" }
            return end.map { String(trimmed[...$0]) }
        }
    }

    private static func isSpoken(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark, .enclosingMark:
            true
        default: false
        }
    }
}
