/// How the tokens of a word are found.
enum TokenModel: Sendable {
    case bytePairs(BytePairSettings)
    case unigram(UnigramModel)
    case wordPiece(WordPieceModel)
}

/// How a BPE vocabulary writes the characters of a word.
struct BytePairSettings: Sendable, Equatable {
    /// Stands before every character but the first: "##".
    var continuingPrefix: [UInt8] = []
    /// Stands behind the last character: "</w>".
    var wordSuffix: [UInt8] = []
    /// Whether a character that the vocabulary lacks becomes the tokens of its bytes, `<0x0A>`.
    var fallsBackToBytes = false

    /// Whether characters are looked up as they are.
    var isPlain: Bool { self == BytePairSettings() }
    /// The same, apart from bytes for characters that the vocabulary lacks.
    var isPlainWithFallback: Bool { self == BytePairSettings(fallsBackToBytes: true) }
}
