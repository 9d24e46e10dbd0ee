/// American spellings of words that are spelt otherwise in Britain, by the list that Whisper's normalizer has.
enum AmericanSpelling {
    /// The American spelling of a lower-case word; the word itself where the list has none.
    static func spelling(of word: String) -> String { spellings[word] ?? word }

    private static let spellings: [String: String] = {
        let pairs = list.split(whereSeparator: \.isWhitespace).map { $0.split(separator: ":") }
        return Dictionary(pairs.map { (String($0[0]), String($0[1])) }) { first, _ in first }
    }()
}
