/// Learns the merges of a byte-level BPE tokenizer from text (Sennrich, Haddow, Birch 2016; Radford et al. 2019).
///
/// Words are cut by GPT-2's pattern and counted; then, until the vocabulary is full, the pair of neighbouring tokens that
/// occurs most often becomes a token. Of pairs that occur equally often the one with the lower ids comes first, the left
/// id before the right one. The result depends on the counts of words alone, not on the order of the texts, and is the one
/// of Hugging Face `tokenizers` with the same settings. Ids: special tokens, the 256 bytes in the order of their characters
/// (``ByteLevelAlphabet``), merges.
public struct BPETrainer: Sendable {
    public let vocabularySize: Int
    public let specialTokens: [String]
    /// Pairs that occur less often are not merged, so that the vocabulary may stay smaller than it could be.
    public let minimumCount: Int

    private let pattern = WordPattern.gpt2
    private let specialTokenMatcher: AddedTokenMatcher
    private var words = ByteStringTable()
    private var counts: [Int] = []

    /// - Parameter specialTokens: where they are written out in a text, it is cut, and they are not learnt from.
    /// - Throws: where the vocabulary has no room for the special tokens and the bytes, or a special token is unusable.
    public init(
        vocabularySize: Int, specialTokens: [String] = [endOfText], minimumCount: Int = 2
    ) throws(TokenizerTrainingError) {
        try SpecialTokens.check(specialTokens)
        let smallest = specialTokens.count + 256
        guard (smallest...Self.largestVocabulary).contains(vocabularySize) else {
            throw .vocabularySize(vocabularySize, allowed: smallest...Self.largestVocabulary)
        }
        self.vocabularySize = vocabularySize
        self.specialTokens = specialTokens
        self.minimumCount = max(minimumCount, 1)
        specialTokenMatcher = SpecialTokens.matcher(specialTokens)
    }

    /// Beyond any vocabulary in use, and within what the ids of a pair can be packed into.
    static let largestVocabulary = 1 << 24

    /// How many different words were found.
    public var wordCount: Int { words.count }

    /// Counts the words of a text.
    public mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        for piece in specialTokenMatcher.split(bytes, 0..<bytes.count) where piece.id == nil {
            var start = piece.range.lowerBound
            while start < piece.range.upperBound {
                let end = pattern.endOfWord(in: bytes, from: start, to: piece.range.upperBound)
                bytes[start..<end].withUnsafeBufferPointer { count($0) }
                start = end
            }
        }
    }

    private mutating func count(_ word: UnsafeBufferPointer<UInt8>) {
        if let known = words.index(of: word) {
            counts[known] += 1
        } else if words.insert(word) {
            counts.append(1)
        }
    }

    /// Learns from everything added so far.
    public func train() -> TrainedTokenizer { train { _ in } }

    /// Learns from everything added so far.
    ///
    /// - Parameter progress: called now and then with the size that the vocabulary has reached; what it throws ends the
    ///   training.
    public func train<Failure>(progress: (Int) throws(Failure) -> Void) throws(Failure) -> TrainedTokenizer {
        var tokens = ByteLevelTokens(specialTokens: specialTokens)
        var merges: [TrainedTokenizer.Merge] = []
        var listed: Set<TokenPair> = []
        var index = PairIndex(words: words, counts: counts, ids: tokens.byteIDs)
        while tokens.count < vocabularySize, let (pair, count) = index.mostFrequent(), count >= minimumCount {
            guard let id = tokens.merge(pair) else {
                index.forget(pair)
                continue
            }
            // A pair can come up again where two ways lead to one of its tokens.
            if listed.insert(pair).inserted {
                merges.append(TrainedTokenizer.Merge(left: pair.left, right: pair.right))
            }
            index.merge(pair, into: id)
            if tokens.count % 256 == 0 { try progress(tokens.count) }
        }
        return TrainedTokenizer(
            kind: .byteLevel, specialTokens: specialTokens, tokens: tokens.spellings, merges: merges)
    }
}

/// The token that stands between texts.
public let endOfText = "<|endoftext|>"

/// The tokens while they are learnt, as the vocabulary writes them.
private struct ByteLevelTokens {
    /// Of the tokens behind the special ones.
    private(set) var spellings: [[UInt8]]
    private let specialTokenCount: Int
    private let reserved: Set<[UInt8]>
    private var ids: [[UInt8]: Int32] = [:]
    /// The token of each byte.
    let byteIDs: [Int32]

    init(specialTokens: [String]) {
        specialTokenCount = specialTokens.count
        reserved = Set(specialTokens.map { Array($0.utf8) })
        let order = (0..<256).sorted { ByteLevelAlphabet.scalarValues[$0] < ByteLevelAlphabet.scalarValues[$1] }
        spellings = order.map { ByteLevelAlphabet.token(for: [UInt8($0)]) }
        var byteIDs = [Int32](repeating: 0, count: 256)
        for (place, byte) in order.enumerated() { byteIDs[byte] = Int32(specialTokenCount + place) }
        self.byteIDs = byteIDs
        for (place, spelling) in spellings.enumerated() { ids[spelling] = Int32(specialTokenCount + place) }
    }

    var count: Int { specialTokenCount + spellings.count }

    /// The token that the pair becomes, which may be there already; nil where it would be spelt like a special token.
    mutating func merge(_ pair: TokenPair) -> Int32? {
        let spelling =
            spellings[Int(pair.left) - specialTokenCount] + spellings[Int(pair.right) - specialTokenCount]
        if let known = ids[spelling] { return known }
        guard !reserved.contains(spelling) else { return nil }
        let id = Int32(count)
        spellings.append(spelling)
        ids[spelling] = id
        return id
    }
}
