import Synchronization

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
public final class ByteLevelBPE: Sendable {
    private enum Encoding: Sendable {
        case notNeededYet(TokenizerDescription)
        case ready(TextEncoder)
        case failed(TokenizerError)
    }

    let vocabulary: Vocabulary
    /// The path of the file that the tokens came from.
    public let file: String
    private let encoding: Mutex<Encoding>
    /// Taken out by the call that uses it; one that comes meanwhile begins with an empty one.
    private let cache = Mutex(WordCache())

    init(_ description: TokenizerDescription, file: String) {
        vocabulary = description.vocabulary
        self.file = file
        encoding = Mutex(.notNeededYet(description))
    }

    /// Reads `tokenizer.json` of a model folder, or else `vocab.json` and `merges.txt` with what `added_tokens.json`,
    /// `special_tokens_map.json` and `tokenizer_config.json` add to them.
    public convenience init(folder: String) throws(TokenizerError) {
        self.init(try TokenizerFolder(path: folder).description(), file: folder)
    }

    /// Reads the bytes of a `tokenizer.json`.
    /// - Parameter file: what errors call it.
    public convenience init(tokenizerJSON bytes: [UInt8], file: String = "tokenizer.json") throws(TokenizerError) {
        let description = try bytes.withUnsafeBufferPointer { bytes throws(TokenizerError) in
            try TokenizerJSON.read(UnsafeRawBufferPointer(bytes), file: file)
        }
        self.init(description, file: file)
    }

    /// Ids lie in `0..<vocabularySize`, though not every one need have a token. A model may have more rows than this.
    public var vocabularySize: Int { vocabulary.size }

    /// Special tokens and others that are looked for in the text itself, in the order of their ids.
    public var addedTokens: [AddedToken] { vocabulary.addedTokens }

    /// The ids of `text`. Special tokens that are written out in it are found; none are put around it.
    ///
    /// - Throws: if the merges turn out to be damaged when they are read, at the first call.
    public func encode(_ text: String) throws(TokenizerError) -> [Int] {
        let encoder = try encoder()
        var words = cache.withLock { cache in
            let taken = cache
            cache = WordCache()
            return taken
        }
        let ids = encoder.encode(Array(text.utf8), cache: &words)
        let used = words
        cache.withLock { cache in
            if cache.count < used.count { cache = used }
        }
        return ids
    }

    /// The text of `ids`. Bytes that are not UTF-8 become U+FFFD, as with Python's `errors="replace"`; ids without a
    /// token give nothing.
    public func decode(_ ids: some Sequence<Int>, skippingSpecial: Bool = false) -> String {
        String(decoding: bytes(of: ids, skippingSpecial: skippingSpecial), as: UTF8.self)
    }

    /// The bytes of `ids`, which need not be whole characters. Ids without a token give nothing.
    public func bytes(of ids: some Sequence<Int>, skippingSpecial: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        for id in ids where !(skippingSpecial && isSpecial(id)) {
            if let token = vocabulary.bytes(of: id) { bytes.append(contentsOf: token) }
        }
        return bytes
    }

    /// The bytes of one token, or nil if no token has this id.
    public func bytes(of id: Int) -> [UInt8]? { vocabulary.bytes(of: id).map(Array.init) }

    /// The text of one token, or nil if no token has this id. Part of a character is U+FFFD.
    public func text(of id: Int) -> String? {
        vocabulary.bytes(of: id).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The id of a token as the file writes it: `<|startoftranscript|>`, or `Ġthe` for " the".
    public func id(of token: String) -> Int? { vocabulary.id(of: Array(token.utf8)) }

    /// Whether `id` is a control token, which `skippingSpecial` leaves out.
    public func isSpecial(_ id: Int) -> Bool { vocabulary.addedToken(id)?.isSpecial ?? false }

    private func encoder() throws(TokenizerError) -> TextEncoder {
        try encoding.withLock { encoding throws(TokenizerError) in
            switch encoding {
            case .ready(let encoder): return encoder
            case .failed(let error): throw error
            case .notNeededYet(let description):
                do throws(TokenizerError) {
                    let encoder = try TextEncoder(description)
                    encoding = .ready(encoder)
                    return encoder
                } catch {
                    encoding = .failed(error)
                    throw error
                }
            }
        }
    }
}
