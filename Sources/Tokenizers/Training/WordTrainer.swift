/// Gathers the words of texts for a tokenizer with one token for each: commands, digits, answers.
///
/// Ids: special tokens, `<unk>` for words that are not in the vocabulary, the words in the order of their bytes.
public struct WordTrainer: Sendable {
    public let specialTokens: [String]
    private var words: Set<String> = []

    /// Beyond that, words are told apart better by their parts.
    public static let largestVocabulary = 10_000

    public init(specialTokens: [String] = [endOfText]) throws(TokenizerTrainingError) {
        let unknown = CharacterTrainer.unknownToken
        self.specialTokens = specialTokens.filter { $0 != unknown } + [unknown]
        try SpecialTokens.check(self.specialTokens)
    }

    /// Takes what stands between white space.
    public mutating func add(_ text: String) {
        words.formUnion(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// - Throws: where there was no text, or there were very many words.
    public func train() throws(TokenizerTrainingError) -> TrainedTokenizer {
        guard !words.isEmpty else { throw .noText }
        guard words.count <= Self.largestVocabulary else {
            throw .tooManyWords(words.count, limit: Self.largestVocabulary)
        }
        let space = TrainedTokenizer.wordStart
        return TrainedTokenizer(
            kind: .words(unknownToken: CharacterTrainer.unknownToken), specialTokens: specialTokens,
            tokens: words.map { Array((space + $0).utf8) }.sorted { $0.lexicographicallyPrecedes($1) }, merges: [])
    }
}
