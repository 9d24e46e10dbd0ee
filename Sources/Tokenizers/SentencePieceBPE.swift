/// Byte-pair encoding over characters, with "▁" for the space and single bytes for characters that the vocabulary lacks,
/// as Llama 2, TinyLlama and the models of their time use it (Kudo and Richardson 2018, "SentencePiece").
///
/// Gives the ids that Hugging Face `tokenizers` gives with `add_special_tokens=False`. Values are immutable and may be
/// used by several threads at once.
public final class SentencePieceBPE: Tokenizer {
    let vocabulary: Vocabulary
    public let file: String
    public let dropsFirstSpace: Bool
    private let encoder: LazyTextEncoder
    private let declaredFrame: Result<TokenFrame, TokenizerError>

    init(_ description: TokenizerDescription, file: String) {
        vocabulary = description.vocabulary
        self.file = file
        dropsFirstSpace = description.dropsFirstSpace
        encoder = LazyTextEncoder(description)
        declaredFrame = description.frame
    }

    /// Reads the bytes of a `tokenizer.json`.
    /// - Parameter file: what errors call it.
    public convenience init(tokenizerJSON bytes: [UInt8], file: String = "tokenizer.json") throws(TokenizerError) {
        let description = try bytes.withUnsafeBufferPointer { bytes throws(TokenizerError) in
            try TokenizerJSON.read(UnsafeRawBufferPointer(bytes), file: file)
        }
        guard description.alphabet == .spaceMarked else {
            throw TokenizerError(
                file: file, .unsupported(setting: "model.byte_fallback", value: "false", supported: "true"))
        }
        self.init(description, file: file)
    }

    public var vocabularySize: Int { vocabulary.size }
    public var addedTokens: [AddedToken] { vocabulary.addedTokens }

    public func encode(_ text: String) throws(TokenizerError) -> [Int] { try encoder.encode(text) }
    public func encode(_ text: String, plain: PlainText) throws(TokenizerError) -> [Int] {
        try encoder.encode(text, plain: plain)
    }
    public func bytes(of id: Int) -> [UInt8]? { vocabulary.bytes(of: id).map(Array.init) }
    public func id(of token: String) -> Int? { vocabulary.id(of: Array(token.utf8)) }
    public func isSpecial(_ id: Int) -> Bool { vocabulary.addedToken(id)?.isSpecial ?? false }
    public func frame() throws(TokenizerError) -> TokenFrame { try declaredFrame.get() }
}
