/// All that the files say of a byte-level BPE tokenizer, whichever files those were.
struct TokenizerDescription: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeSource
    /// Where the merges stand, for errors that come up when they are first needed.
    let mergesFile: String
    var normalizer = Normalizer.none
    var preTokenizer = PreTokenizer(steps: [.words(.gpt2)])
    /// Stands for bytes that the vocabulary lacks; without it they are left out, as in Hugging Face `tokenizers`.
    var unknownID: Int?
    /// One unknown token for a run of such bytes.
    var fusesUnknown = false
    /// A word that is a token as a whole needs no merges.
    var ignoresMerges = false
}
