/// What the metadata of a GGUF file say of its tokenizer (`tokenizer.ggml.*`), as they stand there.
public struct GGUFVocabulary: Sendable {
    /// `model`: `gpt2` for bytes with merges, `llama` for SentencePiece with scores.
    public var model: String
    /// `pre`: how texts are cut into words.
    public var preTokenizer: String?
    public var tokens: [String]
    /// `token_type`, one for each token: ``Kind`` by number.
    public var types: [Int] = []
    public var merges: [String] = []
    public var scores: [Double] = []
    /// `bos_token_id`.
    public var beginToken: Int?
    /// `eos_token_id`.
    public var endToken: Int?
    public var unknownToken: Int?
    /// `add_bos_token`; what llama.cpp takes for granted where nil.
    public var addsBeginToken: Bool?
    public var addsEndToken: Bool?
    public var addsSpacePrefix: Bool?

    public init(model: String, tokens: [String]) {
        self.model = model
        self.tokens = tokens
    }

    enum Kind: Int {
        case normal = 1
        case unknown, control, userDefined, unused, byte

        /// Looked for in the text itself.
        var isAdded: Bool { self == .unknown || self == .control || self == .userDefined }
    }

    func kind(of id: Int) -> Kind { types.isEmpty ? .normal : Kind(rawValue: types[id]) ?? .normal }
}

/// The tokenizer that a GGUF file describes.
///
/// - Parameter file: what errors call it.
public func loadTokenizer(gguf vocabulary: GGUFVocabulary, file: String) throws(TokenizerError) -> any Tokenizer {
    let description = try TokenizerDescription(vocabulary, file: file)
    return vocabulary.model == "llama"
        ? SentencePieceBPE(description, file: file) : ByteLevelBPE(description, file: file)
}

extension TokenizerDescription {
    init(_ gguf: GGUFVocabulary, file: String) throws(TokenizerError) {
        try gguf.checkCounts(file: file)
        switch gguf.model {
        case "gpt2":
            let name = gguf.preTokenizer ?? "default"
            let preTokenizer = try PreTokenizer(ggufName: name, file: file)
            self.init(
                vocabulary: try gguf.vocabulary(.byteLevel, file: file),
                merges: .lines(Array(gguf.merges.joined(separator: "\n").utf8)), mergesFile: file,
                preTokenizer: preTokenizer)
            ignoresMerges = PreTokenizer.ignoresMerges(ggufName: name)
            // Llama 3's files are the ones that may leave it out.
            frame = .success(try gguf.frame(addsBegin: ignoresMerges && name.hasPrefix("llama"), file: file))
        case "llama":
            let vocabulary = try gguf.vocabulary(.spaceMarked, file: file)
            let addsSpace = gguf.addsSpacePrefix ?? true
            self.init(
                vocabulary: vocabulary, merges: .scored(MergeTable(try gguf.scoredPairs(vocabulary, file: file))),
                mergesFile: file, normalizer: .spaceMarking(prepends: addsSpace),
                preTokenizer: PreTokenizer(steps: []), alphabet: .spaceMarked)
            dropsFirstSpace = addsSpace
            unknownID = gguf.unknownToken
            fusesUnknown = true
            frame = .success(try gguf.frame(addsBegin: true, file: file))
        case let other:
            throw TokenizerError(
                file: file, .unknownInGGUF(setting: "tokenizer.ggml.model", value: other, known: "gpt2, llama"))
        }
    }
}

extension GGUFVocabulary {
    fileprivate func checkCounts(file: String) throws(TokenizerError) {
        for (name, count) in [("token_type", types.count), ("scores", scores.count)]
        where count != 0 && count != tokens.count {
            throw TokenizerError(
                file: file,
                .wrongType(setting: "tokenizer.ggml.\(name)", expected: "one number for each of \(tokens.count) tokens")
            )
        }
        let named = [("bos", beginToken), ("eos", endToken), ("unknown", unknownToken)]
        for case (let name, let id?) in named where !tokens.indices.contains(id) {
            throw TokenizerError(
                file: file, .idOutOfRange(id, token: "\(name)_token_id", limit: tokens.count))
        }
    }

    /// The tokens that texts are made of, and those that are looked for in the text itself.
    func vocabulary(_ alphabet: TokenAlphabet, file: String) throws(TokenizerError) -> Vocabulary {
        var table = ByteStringTable(expectedCount: tokens.count)
        var ids: [Int32] = []
        var added: [AddedToken] = []
        for (id, token) in tokens.enumerated() where !token.isEmpty {
            let kind = kind(of: id)
            if kind.isAdded {
                let token = AddedToken(id: id, content: token, isSpecial: kind != .userDefined)
                try token.checkLength(file: file)
                added.append(token)
            } else if kind != .unused {
                guard Array(token.utf8).withUnsafeBufferPointer({ table.insert($0) }) else {
                    throw TokenizerError(file: file, .duplicateToken(token))
                }
                ids.append(Int32(id))
            }
        }
        return try Vocabulary(tokens: table, ids: ids, addedTokens: added, alphabet: alphabet, file: file)
    }

    fileprivate func frame(addsBegin standard: Bool, file: String) throws(TokenizerError) -> TokenFrame {
        func token(_ id: Int?, _ name: String) throws(TokenizerError) -> [Int] {
            guard let id else { throw TokenizerError(file: file, .missing(setting: "tokenizer.ggml.\(name)_token_id")) }
            return [id]
        }
        var frame = TokenFrame()
        if addsBeginToken ?? standard { frame.prefix = try token(beginToken, "bos") }
        if addsEndToken ?? false { frame.suffix = try token(endToken, "eos") }
        return frame
    }

    /// Two tokens that together are a third.
    struct ScoredPair {
        let left: Int32
        let right: Int32
        let id: Int32
        let score: Double
    }

    /// Merges in the order of SentencePiece: of all neighbours that together are a token, those with the highest score. Two
    /// halves of a token may be cut at any character.
    func scoredPairs(_ vocabulary: Vocabulary, file: String) throws(TokenizerError) -> [ScoredPair] {
        guard !scores.isEmpty else {
            throw TokenizerError(file: file, .missing(setting: "tokenizer.ggml.scores"))
        }
        let longest = 512
        var pairs: [ScoredPair] = []
        for (id, token) in tokens.enumerated() where kind(of: id) == .normal {
            let bytes = Array(token.utf8)
            guard bytes.count <= longest else {
                throw TokenizerError(
                    file: file,
                    .unsupported(
                        setting: "tokenizer.ggml.tokens", value: "a token of \(bytes.count) bytes",
                        supported: "at most \(longest)"))
            }
            for cut in bytes.indices.dropFirst() where bytes[cut] & 0xC0 != 0x80 {
                guard let left = vocabulary.tokens.index(of: bytes[..<cut]),
                    let right = vocabulary.tokens.index(of: bytes[cut...])
                else { continue }
                pairs.append(
                    ScoredPair(
                        left: vocabulary.ids[left], right: vocabulary.ids[right], id: Int32(id),
                        score: scores[id].isNaN ? 0 : scores[id]))
            }
        }
        pairs.sort { ($1.score, $0.id, $0.left, $0.right) < ($0.score, $1.id, $1.left, $1.right) }
        return pairs
    }
}

extension MergeTable {
    /// - Parameter pairs: in order. The same score is the same rank, of which the first in the text counts.
    init(_ pairs: [GGUFVocabulary.ScoredPair]) {
        self.init(capacity: pairs.count)
        var rank: Int32 = 0
        for (index, pair) in pairs.enumerated() {
            if index > 0, pairs[index - 1].score != pair.score { rank += 1 }
            insert(pair.left, pair.right, Merge(rank: rank, id: pair.id))
        }
    }
}
