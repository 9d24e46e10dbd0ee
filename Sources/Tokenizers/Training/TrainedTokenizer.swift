/// A tokenizer that was made here: what its `tokenizer.json` holds.
public struct TrainedTokenizer: Sendable {
    enum Kind: Sendable {
        /// Tokens are written in the characters of ``ByteLevelAlphabet``.
        case byteLevel
        /// Tokens are characters; `unknownToken` stands for any other.
        case characters(unknownToken: String)
        /// Tokens are words, each with ``wordStart`` in front; `unknownToken` stands for any other.
        case words(unknownToken: String)
    }

    struct Merge: Sendable, Equatable {
        let left: Int32
        let right: Int32
    }

    /// What SentencePiece writes for a space.
    static let wordStart = "\u{2581}"

    let kind: Kind
    /// They have the first ids.
    public let specialTokens: [String]
    /// As the file writes them, in the order of their ids.
    let tokens: [[UInt8]]
    /// In the order in which they are applied.
    let merges: [Merge]

    public var vocabularySize: Int { specialTokens.count + tokens.count }

    /// The text of a `tokenizer.json` that Hugging Face `tokenizers` loads, too.
    public func json() -> String {
        var text = TokenizerJSONWriter()
        text.write(self)
        return text.text
    }

    /// The text of the `tokenizer_config.json` beside it, by which `transformers` knows the token between texts.
    public func configurationJSON() -> String {
        var text = TokenizerJSONWriter()
        text.writeConfiguration(of: self)
        return text.text
    }

    func spelling(_ id: Int32) -> [UInt8] { tokens[Int(id) - specialTokens.count] }
}

extension TrainedTokenizer {
    /// One token for each of the 256 bytes: no training, no text without ids.
    public static func bytes(specialTokens: [String] = [endOfText]) throws(TokenizerTrainingError) -> TrainedTokenizer {
        try BPETrainer(vocabularySize: specialTokens.count + 256, specialTokens: specialTokens).train()
    }
}
