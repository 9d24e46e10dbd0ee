/// Byte-pair encoding over bytes, as GPT-2, Whisper, SmolLM and Llama 3 use it (Radford et al. 2019, section 2.2).
///
/// Gives the ids that Hugging Face `tokenizers` gives with `add_special_tokens=False`, and `decode` gives back the text.
/// Values are immutable and may be used by several threads at once. Merges are read when the first text is encoded.
///
/// ```swift
/// let tokenizer = try ByteLevelBPE(folder: "models/whisper-tiny.en")
/// let ids = try tokenizer.encode("Ask not")
/// tokenizer.decode(ids)  // "Ask not"
/// ```
public final class ByteLevelBPE: Tokenizer {
    let vocabulary: Vocabulary
    /// The path of the file that the tokens came from.
    public let file: String
    private let encoder: LazyTextEncoder
    private let declaredFrame: Result<TokenFrame, TokenizerError>

    init(_ description: TokenizerDescription, file: String) {
        vocabulary = description.vocabulary
        self.file = file
        encoder = LazyTextEncoder(description)
        declaredFrame = description.frame
    }

    /// Reads `tokenizer.json` of a model folder, or else `vocab.json` and `merges.txt` with what `added_tokens.json`,
    /// `special_tokens_map.json` and `tokenizer_config.json` add to them.
    public convenience init(folder: String) throws(TokenizerError) {
        let description = try TokenizerFolder(path: folder).description()
        try description.requireByteLevel()
        self.init(description, file: folder)
    }

    /// Reads the bytes of a `tokenizer.json`.
    /// - Parameter file: what errors call it.
    public convenience init(tokenizerJSON bytes: [UInt8], file: String = "tokenizer.json") throws(TokenizerError) {
        let description = try bytes.withUnsafeBufferPointer { bytes throws(TokenizerError) in
            try TokenizerJSON.read(UnsafeRawBufferPointer(bytes), file: file)
        }
        try description.requireByteLevel()
        self.init(description, file: file)
    }

    public var vocabularySize: Int { vocabulary.size }
    public var addedTokens: [AddedToken] { vocabulary.addedTokens }
    public var dropsFirstSpace: Bool { false }

    /// The ids of `text`. Special tokens that are written out in it are found; none are put around it.
    ///
    /// - Throws: if the merges turn out to be damaged when they are read, at the first call.
    public func encode(_ text: String) throws(TokenizerError) -> [Int] { try encoder.encode(text) }
    public func encode(_ text: String, plain: PlainText) throws(TokenizerError) -> [Int] {
        try encoder.encode(text, plain: plain)
    }

    public func bytes(of id: Int) -> [UInt8]? { vocabulary.bytes(of: id).map(Array.init) }
    public func id(of token: String) -> Int? { vocabulary.id(of: Array(token.utf8)) }
    public func isSpecial(_ id: Int) -> Bool { vocabulary.addedToken(id)?.isSpecial ?? false }
    public func frame() throws(TokenizerError) -> TokenFrame { try declaredFrame.get() }
}
