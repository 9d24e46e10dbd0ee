/// How a text is written for a model that learns to spell what it hears.
public enum TargetSpelling: String, Sendable, Hashable, CaseIterable, Codable {
    /// As it stands, with white space at its ends left out and every run of it made one space.
    case asWritten = "none"
    /// In lower case without punctuation, but for apostrophes within words: what can be heard.
    case words

    public func spelled(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace)
        switch self {
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
