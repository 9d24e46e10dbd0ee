/// What a subtitle never divides: a word with the space before it and the punctuation after it, or a character of a
/// script that is written without spaces.
struct CaptionWord: Equatable {
    var text: String
    /// Seconds from the beginning of the recording; nil where only those of the segment are known.
    var start: Double?
    var end: Double?

    private var isBlank: Bool { text.allSatisfy(\.isWhitespace) }

    /// Seconds between two words; 0 where nothing is known.
    func pause(after previous: CaptionWord) -> Double {
        guard let start, let end = previous.end else { return 0 }
        return start - end
    }

    /// The words of a text without times.
    static func words(of text: String) -> [CaptionWord] {
        joining(text.map { CaptionWord(text: String($0)) })
    }

    /// Joins neighbours that no line may part, and leaves out what is blank.
    static func joining(_ parts: [CaptionWord]) -> [CaptionWord] {
        var words: [CaptionWord] = []
        for part in parts where !part.text.isEmpty {
            if var last = words.last, !mayBreak(between: last.text, and: part.text) {
                // A space alone has no time of its own.
                if last.isBlank { last.start = part.start }
                if !part.isBlank { last.end = part.end }
                last.text += part.text
                words[words.count - 1] = last
            } else {
                words.append(part)
            }
        }
        return words.filter { !$0.isBlank }
    }

    private static func mayBreak(between first: String, and second: String) -> Bool {
        guard let last = first.last, let next = second.first, !first.allSatisfy(\.isWhitespace) else { return false }
        if last.isWhitespace || next.isWhitespace { return true }
        guard last.isWrittenWithoutSpaces || next.isWrittenWithoutSpaces else { return false }
        return !last.isOpeningMark && !next.staysWithThePrevious
    }
}

extension Character {
    /// Chinese and Japanese may be broken between any two characters. (So may not Thai, Lao, Khmer and Burmese: only a
    /// dictionary knows their words.)
    var isWrittenWithoutSpaces: Bool {
        guard let value = unicodeScalars.first?.value else { return false }
        switch value {
        case 0x2E80...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFFEF,
            0x20000...0x3FFFD:
            return true
        default: return false
        }
    }

    fileprivate var isOpeningMark: Bool { "「『（［｛【〔〈《([{“‘".contains(self) }

    /// Closing marks, small kana and the like do not begin a line.
    fileprivate var staysWithThePrevious: Bool {
        if isOpeningMark { return false }
        return isPunctuation || "ーゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ".contains(self)
    }
}
