/// The regular expressions by which byte-level tokenizers cut text into words, as scanners over UTF-8.
///
/// Every pattern matches any text without gaps, so a scanner needs only to say where the next word ends.
enum WordPattern: Sendable, Equatable {
    /// GPT-2 and Whisper; built into the pre-tokenizer `ByteLevel`:
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case gpt2
    /// GPT-4 and Llama 3 (three digits) and Qwen 2 (one digit):
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    case lines(maximumDigits: Int)

    /// The pattern that a `Split` pre-tokenizer states, if it is known.
    init?(regularExpression: String) {
        switch regularExpression {
        case Self.gpt2.regularExpression,
            #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#:
            self = .gpt2
        case Self.lines(maximumDigits: 3).regularExpression,
            // GPT-4's own spelling, which never goes back where that could not help.
            #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#:
            self = .lines(maximumDigits: 3)
        case Self.lines(maximumDigits: 1).regularExpression: self = .lines(maximumDigits: 1)
        default: return nil
        }
    }

    /// As a tokenizer.json has it.
    var regularExpression: String {
        switch self {
        case .gpt2: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        case .lines(let maximumDigits):
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
                + (maximumDigits == 1 ? "" : "{1,\(maximumDigits)}")
                + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        }
    }

    /// Where the word that begins at `start` ends; `start < end`, and `end` closes the text.
    func endOfWord(in text: [UInt8], from start: Int, to end: Int) -> Int {
        switch self {
        case .gpt2: Self.endOfGPT2Word(text, start, end)
        case .lines(let maximumDigits): Self.endOfLinesWord(text, start, end, maximumDigits)
        }
    }

    private static func endOfGPT2Word(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
        if let contraction = endOfContraction(text, start, end, ignoringCase: false) { return contraction }
        let first = ScalarClass.next(in: text, at: start)
        if first.class != .space { return endOfRun(of: first.class, text, start + first.length, end) }
        if text[start] == UInt8(ascii: " "), start + 1 < end {
            let second = ScalarClass.next(in: text, at: start + 1)
            if second.class != .space { return endOfRun(of: second.class, text, start + 1 + second.length, end) }
        }
        return endOfSpace(text, start, end)
    }

    private static func endOfLinesWord(_ text: [UInt8], _ start: Int, _ end: Int, _ maximumDigits: Int) -> Int {
        if let contraction = endOfContraction(text, start, end, ignoringCase: true) { return contraction }
        let first = ScalarClass.next(in: text, at: start)
        let afterFirst = start + first.length
        if first.class == .letter { return endOfRun(of: .letter, text, afterFirst, end) }
        if first.class == .number {
            return endOfRun(of: .number, text, afterFirst, end, atMost: maximumDigits - 1)
        }
        let isNewline = isNewline(text[start])
        let second = afterFirst < end ? ScalarClass.next(in: text, at: afterFirst) : nil
        if let second, second.class == .letter, !isNewline {
            return endOfRun(of: .letter, text, afterFirst + second.length, end)
        }
        if first.class == .other { return endOfPunctuation(text, afterFirst, end) }
        if let second, second.class == .other, text[start] == UInt8(ascii: " ") {
            return endOfPunctuation(text, afterFirst + second.length, end)
        }
        // White space up to and with its last line break, if there is one.
        var index = start
        var endOfLastNewline: Int?
        while index < end {
            let next = ScalarClass.next(in: text, at: index)
            guard next.class == .space else { break }
            index += next.length
            if Self.isNewline(text[index - 1]) { endOfLastNewline = index }
        }
        return endOfLastNewline ?? endOfSpace(text, start, end)
    }

    private static func isNewline(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    /// `[^\s\p{L}\p{N}]*[\r\n]*`
    private static func endOfPunctuation(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
        var index = endOfRun(of: .other, text, start, end)
        while index < end, isNewline(text[index]) { index += 1 }
        return index
    }

    private static func endOfRun(
        of wanted: ScalarClass, _ text: [UInt8], _ start: Int, _ end: Int, atMost limit: Int = .max
    ) -> Int {
        var index = start
        var count = 0
        while index < end, count < limit {
            let next = ScalarClass.next(in: text, at: index)
            guard next.class == wanted else { break }
            index += next.length
            count += 1
        }
        return index
    }

    /// `\s+(?!\S)|\s+`: white space before a word leaves its last scalar to the next match, unless it is the only one.
    private static func endOfSpace(_ text: [UInt8], _ start: Int, _ end: Int) -> Int {
        var index = start
        var last = start
        while index < end {
            let next = ScalarClass.next(in: text, at: index)
            guard next.class == .space else { break }
            last = index
            index += next.length
        }
        return index == end || last == start ? index : last
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d`
    private static func endOfContraction(
        _ text: [UInt8], _ start: Int, _ end: Int, ignoringCase: Bool
    ) -> Int? {
        guard text[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
        // Setting this bit makes ASCII capitals small, and no other byte becomes one of the letters compared with.
        let small: UInt8 = ignoringCase ? 0x20 : 0
        let first = text[start + 1] | small
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
        default: break
        }
        guard start + 2 < end else { return nil }
        // The long s (U+017F) is a small letter of S, too.
        if ignoringCase, text[start + 1] == 0xC5, text[start + 2] == 0xBF { return start + 3 }
        switch (first, text[start + 2] | small) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default: return nil
        }
    }
}
