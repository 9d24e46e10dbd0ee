/// What is done to the text before it is cut.
enum Normalizer: Sendable, Equatable {
    case none
    /// Canonical composition (NFC).
    case canonicalComposition
    /// "▁" for each space, and one in front (SentencePiece).
    case spaceMarking(prepends: Bool)

    /// `text[range]`, which is valid UTF-8, normalized; nil if it is so already.
    func normalized(_ text: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        if case .spaceMarking(let prepends) = self {
            guard !range.isEmpty else { return nil }
            return text[range].reduce(into: prepends ? TokenAlphabet.spaceMark : []) { result, byte in
                if byte == UInt8(ascii: " ") {
                    result.append(contentsOf: TokenAlphabet.spaceMark)
                } else {
                    result.append(byte)
                }
            }
        }
        // Scalars below U+0300 neither compose nor move; 0xCC leads the first that do.
        guard self == .canonicalComposition, text[range].contains(where: { $0 >= 0xCC }) else { return nil }
        var composition = CanonicalComposition()
        let scalars = composition.compose(String(decoding: text[range], as: UTF8.self).unicodeScalars)
        return scalars.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
    }
}
