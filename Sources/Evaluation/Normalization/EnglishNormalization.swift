import Foundation

/// Whisper's normalizer for English texts, stage by stage.
///
/// Every stage is that of the reference, oddities included (`ninth` is no number to it, `nineth` is), since rates are
/// compared between programs; only a slip in its list of spellings is mended (see ``AmericanSpelling``).
enum EnglishNormalization {
    static func normalized(_ text: String) -> String {
        let spoken = EnglishContractions.writtenOut(in: text.lowercased().scalars.withoutBracketedText)
        let plain = withoutSymbolsAndDiacritics(withoutPointsAndCommas(spoken))
        let numbered = EnglishNumbers.inDigits(plain)
        let spelt = numbered.words.map(AmericanSpelling.spelling).joined(separator: " ")
        return withoutLooseSigns(spelt.scalars).words.joined(separator: " ")
    }

    /// Commas between digits go; points before anything but a digit become spaces.
    private static func withoutPointsAndCommas(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        // A match takes the digits on both sides with it: of 1,2,3 only the first comma goes.
        let joined = text.rewritten { index in
            guard text[index].isDigit, text.scalar(at: index + 1) == ",", let next = text.scalar(at: index + 2),
                next.isDigit
            else { return nil }
            return (index + 3, [text[index], next])
        }
        return joined.rewritten { index in
            guard joined[index] == "." else { return nil }
            guard let next = joined.scalar(at: index + 1) else { return (index + 1, [" "]) }
            return next.isASCIIDigit ? nil : (index + 2, [" ", next])
        }
    }

    /// Signs that mean something beside a number, and are looked at later.
    private static let keptSigns: Set<Unicode.Scalar> = [".", "%", "$", "¢", "€", "£"]

    /// Letters that compatibility decomposition leaves whole.
    private static let plainLetters: [Unicode.Scalar: String] = [
        "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "đ": "d", "Đ": "D",
        "ð": "d", "Ð": "D", "þ": "th", "Þ": "th", "ł": "l", "Ł": "L",
    ]

    private static func withoutSymbolsAndDiacritics(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for scalar in text.text.decomposedStringWithCompatibilityMapping.unicodeScalars {
            if keptSigns.contains(scalar) {
                result.append(scalar)
            } else if let letters = plainLetters[scalar] {
                result += letters.unicodeScalars
            } else if scalar.properties.generalCategory != .nonspacingMark {
                result.append(scalar.isMarkSymbolOrPunctuation ? " " : scalar)
            }
        }
        return result
    }

    /// Removes signs of currency and points that no digit follows, and percent signs that none precedes.
    private static func withoutLooseSigns(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let prefixes = keptSigns.subtracting(["%"])
        let led = text.rewritten { index in
            guard prefixes.contains(text[index]), let next = text.scalar(at: index + 1), !next.isASCIIDigit
            else { return nil }
            return (index + 2, [" ", next])
        }
        return led.rewritten { index in
            guard !led[index].isASCIIDigit, led.scalar(at: index + 1) == "%" else { return nil }
            return (index + 2, [led[index], " "])
        }
    }
}
