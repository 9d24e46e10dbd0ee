/// A token for each character (a Unicode scalar), as ``CharacterTrainer`` makes them: a BPE without merges.
///
/// Characters that are not in the vocabulary become the unknown token. Gives the ids that Hugging Face `tokenizers` gives
/// with `add_special_tokens=False`. Values are immutable and may be used by several threads at once.
public final class CharacterTokenizer: Tokenizer {
    let vocabulary: Vocabulary
    public let file: String
    public let dropsFirstSpace = false
    private let encoder: LazyTextEncoder
    private let declaredFrame: Result<TokenFrame, TokenizerError>

    init(_ description: TokenizerDescription, file: String) {
        vocabulary = description.vocabulary
        self.file = file
        encoder = LazyTextEncoder(description)
        declaredFrame = description.frame
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
