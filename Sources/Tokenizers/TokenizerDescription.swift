/// All that the files say of a tokenizer, whichever files those were.
struct TokenizerDescription: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeSource
    /// Where the merges stand, for errors that come up when they are first needed.
    let mergesFile: String
    var normalizer = Normalizer.none
    var preTokenizer = PreTokenizer(steps: [.words(.gpt2)])
    var alphabet = TokenAlphabet.byteLevel
    /// What the post-processor puts around a text.
    var frame: Result<TokenFrame, TokenizerError> = .success(TokenFrame())
    /// Whether the decoder takes away a space at the beginning.
    var dropsFirstSpace = false
    /// How words become tokens; `merges` are those of BPE.
    var model = TokenModel.bytePairs(BytePairSettings())
    /// How tokens become text where `alphabet` does not say all of it.
    var decoder: TokenDecoder?
    /// Stands for bytes that the vocabulary lacks; without it they are left out, as in Hugging Face `tokenizers`.
    var unknownID: Int?
    /// One unknown token for a run of such bytes.
    var fusesUnknown = false
    /// A word that is a token as a whole needs no merges.
    var ignoresMerges = false

    func requireByteLevel() throws(TokenizerError) {
        guard decoder == nil else {
            throw TokenizerError(
                file: mergesFile,
                .unsupported(setting: "the kind of tokenizer", value: "another", supported: "byte-level BPE"))
        }
        switch alphabet {
        case .byteLevel: break
        case .spaceMarked:
            throw TokenizerError(
                file: mergesFile, .unsupported(setting: "model.byte_fallback", value: "true", supported: "false"))
        case .characters:
            throw TokenizerError(
                file: mergesFile, .unsupported(setting: "decoder.type", value: "Fuse", supported: "ByteLevel"))
        }
    }
}
