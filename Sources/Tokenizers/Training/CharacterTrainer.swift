/// Gathers the characters of texts for a tokenizer with one token for each (a Unicode scalar).
///
/// Ids: special tokens, `<unk>` for characters that are not in the vocabulary, the characters in the order of their code
/// points. Where there are more than the vocabulary has room for, the most frequent are kept, of equally frequent ones the
/// lower code points.
public struct CharacterTrainer: Sendable {
    public static let unknownToken = "<unk>"

    /// Nil for as many as occur.
    public let vocabularySize: Int?
    public let specialTokens: [String]
    private let specialTokenMatcher: AddedTokenMatcher
    private var counts: [Unicode.Scalar: Int] = [:]

    public init(
        vocabularySize: Int? = nil, specialTokens: [String] = [endOfText]
    ) throws(TokenizerTrainingError) {
        let specialTokens = specialTokens.filter { $0 != Self.unknownToken } + [Self.unknownToken]
        try SpecialTokens.check(specialTokens)
        let allowed = specialTokens.count + 1...BPETrainer.largestVocabulary
        if let vocabularySize, !allowed.contains(vocabularySize) {
            throw .vocabularySize(vocabularySize, allowed: allowed)
        }
        self.vocabularySize = vocabularySize
        self.specialTokens = specialTokens
        specialTokenMatcher = SpecialTokens.matcher(specialTokens)
    }

    public mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        for piece in specialTokenMatcher.split(bytes, 0..<bytes.count) where piece.id == nil {
            for scalar in String(decoding: bytes[piece.range], as: UTF8.self).unicodeScalars {
                counts[scalar, default: 0] += 1
            }
        }
    }

    /// - Throws: where there was no text.
    public func train() throws(TokenizerTrainingError) -> TrainedTokenizer {
        guard !counts.isEmpty else { throw .noText }
        let room = (vocabularySize ?? .max) - specialTokens.count
        let kept = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(room).map(\.key).sorted()
        return TrainedTokenizer(
            kind: .characters(unknownToken: Self.unknownToken), specialTokens: specialTokens,
            tokens: kept.map { Array(String($0).utf8) }, merges: [])
    }
}
