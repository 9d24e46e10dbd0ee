/// A tokenizer of any model (BPE, Unigram, WordPiece) behind the normalizer, pre-tokenizer and decoder that a
/// tokenizer.json puts together: that of BERT, of T5, of XLM-RoBERTa, of Gemma.
///
/// Gives the ids that Hugging Face `tokenizers` gives with `add_special_tokens=False`. Values are immutable and may be
/// used by several threads at once.
public final class ComposedTokenizer: Tokenizer {
    let vocabulary: Vocabulary
    public let file: String
    private let decoder: TokenDecoder
    private let encoder: LazyTextEncoder
    private let declaredFrame: Result<TokenFrame, TokenizerError>

    init(_ description: TokenizerDescription, decoder: TokenDecoder, file: String) {
        vocabulary = description.vocabulary
        self.file = file
        self.decoder = decoder
        encoder = LazyTextEncoder(description)
        declaredFrame = description.frame
    }

    public var vocabularySize: Int { vocabulary.size }
    public var addedTokens: [AddedToken] { vocabulary.addedTokens }
    public var dropsFirstSpace: Bool { decoder.dropsFirstSpace }
    public var dropsLastSpace: Bool { decoder.dropsLastSpace }

    public func encode(_ text: String) throws(TokenizerError) -> [Int] { try encoder.encode(text) }

    public func encode(_ text: String, plain: PlainText) throws(TokenizerError) -> [Int] {
        try encoder.encode(text, plain: plain)
    }

    public func bytes(of id: Int) -> [UInt8]? { bytes(of: id, isFirst: false) }

    public func bytes(of id: Int, isFirst: Bool) -> [UInt8]? {
        vocabulary.bytes(of: id).map { decoder.bytes(of: Array($0), isFirst: isFirst) }
    }

    public func id(of token: String) -> Int? { vocabulary.id(of: Array(token.utf8)) }
    public func isSpecial(_ id: Int) -> Bool { vocabulary.addedToken(id)?.isSpecial ?? false }
    public func frame() throws(TokenizerError) -> TokenFrame { try declaredFrame.get() }
}
