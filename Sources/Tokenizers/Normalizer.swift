/// What is done to the text before it is cut.
enum Normalizer: Sendable, Equatable {
    case none
    /// Canonical composition (NFC).
    case canonicalComposition

    /// `text[range]`, which is valid UTF-8, normalized; nil if it is so already.
    func normalized(_ text: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        // Scalars below U+0300 neither compose nor move; 0xCC leads the first that do.
        guard self == .canonicalComposition, text[range].contains(where: { $0 >= 0xCC }) else { return nil }
        var composition = CanonicalComposition()
        let scalars = composition.compose(String(decoding: text[range], as: UTF8.self).unicodeScalars)
        return scalars.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
    }
}
