/// Decodes ids as they come and never gives out part of a character: the pieces together are what
/// ``Tokenizer/decode(_:skippingSpecial:)`` gives for all ids at once.
public struct StreamingDecoder: Sendable {
    private let tokenizer: any Tokenizer
    private let skippingSpecial: Bool
    /// At most three bytes between calls: the beginning of a character.
    private var pending: [UInt8] = []
    /// Whether no token has come yet.
    private var isFirst: Bool
    /// Whether a space is held back: it is left out if nothing follows.
    private var owesSpace = false

    /// - Parameter continuesText: whether another text goes before, whose end a space may mark off.
    public init(_ tokenizer: any Tokenizer, skippingSpecial: Bool = false, continuesText: Bool = false) {
        self.tokenizer = tokenizer
        self.skippingSpecial = skippingSpecial
        isFirst = !continuesText
    }

    /// Whether all that came in was given out: the next id begins a character.
    public var isBetweenCharacters: Bool { pending.isEmpty }

    /// The characters that `id` completes.
    public mutating func append(_ id: Int) -> String {
        guard !(skippingSpecial && tokenizer.isSpecial(id)), var bytes = tokenizer.bytes(of: id, isFirst: isFirst)
        else { return "" }
        isFirst = false
        if owesSpace, !bytes.isEmpty {
            pending.append(UInt8(ascii: " "))
            owesSpace = false
        }
        if tokenizer.dropsLastSpace, bytes.last == UInt8(ascii: " ") {
            bytes.removeLast()
            owesSpace = true
        }
        pending.append(contentsOf: bytes)
        let complete = pending.count - Self.lengthOfOpenCharacter(pending)
        defer { pending.removeFirst(complete) }
        return String(decoding: pending[..<complete], as: UTF8.self)
    }

    /// What is left; the beginning of a character that was never completed is U+FFFD.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end are the beginning of a character that more bytes could complete
    /// (The Unicode Standard, table 3-7).
    private static func lengthOfOpenCharacter(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let lead = bytes[bytes.count - length]
            if lead & 0xC0 == 0x80 { continue }
            let whole =
                switch lead {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                default: 0
                }
            guard length < whole else { return 0 }
            guard length > 1 else { return 1 }
            // The second byte decides whether the form is over-long, a surrogate, or above U+10FFFF.
            let second = bytes[bytes.count - length + 1]
            switch lead {
            case 0xE0: return second >= 0xA0 ? length : 0
            case 0xED: return second < 0xA0 ? length : 0
            case 0xF0: return second >= 0x90 ? length : 0
            case 0xF4: return second < 0x90 ? length : 0
            default: return length
            }
        }
        return 0
    }
}
