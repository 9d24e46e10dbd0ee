import JSON

extension GGUFVocabulary {
    /// What a GGUF file has to say of the tokenizer in a model folder, so that llama.cpp gives the same ids.
    ///
    /// - Parameter size: how many tokens the model has; those without a text get one that never occurs.
    /// - Throws: ``TokenizerError`` where there is none, or one that a GGUF file cannot describe.
    public init(folder: String, size: Int) throws(TokenizerError) {
        try self.init(TokenizerFolder(path: folder).description(), file: folder, size: size)
    }

    init(_ description: TokenizerDescription, file: String, size: Int) throws(TokenizerError) {
        func unsupported(_ setting: String, _ value: String, _ supported: String) -> TokenizerError {
            TokenizerError(file: file, .notForGGUF(setting: setting, value: value, supported: supported))
        }
        guard case .bytePairs = description.model else { throw unsupported("model.type", "another than BPE", "BPE") }
        let merges = try description.merges.pairs(file: description.mergesFile)
        let prependsSpace = description.sentencePiecePrefix
        if let prependsSpace {
            self.init(model: "llama", tokens: [])
            addsSpacePrefix = prependsSpace
        } else {
            guard description.alphabet == .byteLevel, description.decoder == nil else {
                throw unsupported("pre_tokenizer", "of another kind", "byte-level BPE, SentencePiece's BPE")
            }
            // llama.cpp composes no characters: texts that are composed already, which is nearly all, have the same ids.
            guard description.normalizer == .none || description.normalizer == .canonicalComposition else {
                throw unsupported("normalizer", "another", "none, NFC")
            }
            self.init(model: "gpt2", tokens: [])
            preTokenizer = PreTokenizer.ggufName(
                of: description.preTokenizer, ignoresMerges: description.ignoresMerges)
            guard preTokenizer != nil else {
                throw unsupported("pre_tokenizer", "without a name", "those of known models")
            }
            self.merges = merges.map { "\($0.left) \($0.right)" }
        }
        tokens = (0..<size).map { "[PAD\($0)]" }
        types = [Int](repeating: Kind.unused.rawValue, count: size)
        try addTokens(description, marksBytes: prependsSpace != nil, file: file)
        let frame = try description.frame.get()
        guard frame.prefix.count <= 1, frame.suffix.count <= 1 else {
            throw unsupported("post_processor", "several tokens at one end", "one")
        }
        (addsBeginToken, addsEndToken) = (!frame.prefix.isEmpty, !frame.suffix.isEmpty)
        (beginToken, endToken) = (frame.prefix.first, frame.suffix.first)
        if prependsSpace != nil {
            unknownToken = description.unknownID
            if let unknownToken, types.indices.contains(unknownToken) { types[unknownToken] = Kind.unknown.rawValue }
            try addScores(merges, description, file: file)
        }
    }

    private mutating func addTokens(
        _ description: TokenizerDescription, marksBytes: Bool, file: String
    ) throws(TokenizerError) {
        let vocabulary = description.vocabulary
        guard vocabulary.size <= tokens.count else {
            throw TokenizerError(
                file: file, .idOutOfRange(vocabulary.size - 1, token: "the last", limit: tokens.count))
        }
        for (entry, id) in vocabulary.ids.enumerated() {
            let bytes = Array(vocabulary.tokens[entry])
            let isByte = marksBytes && bytes.withUnsafeBufferPointer { TokenAlphabet.byte($0) } != nil
            tokens[Int(id)] = String(decoding: bytes, as: UTF8.self)
            types[Int(id)] = (isByte ? Kind.byte : .normal).rawValue
        }
        for token in vocabulary.addedTokens {
            tokens[token.id] = token.content
            types[token.id] = (token.isSpecial ? Kind.control : .userDefined).rawValue
        }
    }

    /// The earlier a token's merge, the higher its score; what no merge makes comes last.
    ///
    /// - Throws: where that would not be the same: SentencePiece joins whatever together is a token.
    private mutating func addScores(
        _ merges: [(left: String, right: String)], _ description: TokenizerDescription, file: String
    ) throws(TokenizerError) {
        var ranks: [[UInt8]: Int] = [:]
        for (rank, merge) in merges.enumerated() {
            ranks.merge([Array((merge.left + merge.right).utf8): rank]) { earlier, _ in earlier }
        }
        scores = tokens.map { token in ranks[Array(token.utf8)].map { -Double($0) } ?? -1e9 }
        let vocabulary = try vocabulary(.spaceMarked, file: file)
        let table = MergeTable(try scoredPairs(vocabulary, file: file))
        var (rank, known) = (Int32(0), Set<[Int32]>())
        for merge in merges {
            // What is looked for in the text itself is never put together.
            guard let left = vocabulary.tokens.index(of: Array(merge.left.utf8)),
                let right = vocabulary.tokens.index(of: Array(merge.right.utf8)),
                vocabulary.tokens.index(of: Array((merge.left + merge.right).utf8)) != nil
            else { continue }
            let pair = [vocabulary.ids[left], vocabulary.ids[right]]
            guard known.insert(pair).inserted else { continue }
            guard let found = table[pair[0], pair[1]], found.rank >= rank else { throw otherMerges(file) }
            rank = found.rank
        }
        if known.count < table.count { try checkTokens(description, file: file) }
    }

    /// Where the merges leave pairs out that would be joined, every token has to come out of its own text as before: pairs
    /// that training never saw do no harm then.
    private func checkTokens(_ description: TokenizerDescription, file: String) throws(TokenizerError) {
        let (here, there) = (makeTokenizer(description, file: file), try loadTokenizer(gguf: self, file: file))
        for (id, token) in tokens.enumerated() where kind(of: id) == .normal {
            var bytes: [UInt8] = []
            Array(token.utf8).withUnsafeBufferPointer { TokenAlphabet.spaceMarked.appendBytes(of: $0, to: &bytes) }
            // A space is put in front of this text in any case; before another one, not in every spelling.
            let rest = addsSpacePrefix == true ? bytes.drop { $0 == UInt8(ascii: " ") } : bytes[...]
            let text = String(decoding: rest, as: UTF8.self)
            guard try here.encode(text) == there.encode(text) else { throw otherMerges(file) }
        }
    }

    private func otherMerges(_ file: String) -> TokenizerError {
        TokenizerError(
            file: file,
            .notForGGUF(
                setting: "model.merges", value: "an order of their own", supported: "that of scores, a token's together"
            ))
    }
}

extension TokenizerDescription {
    /// Whether a space is put in front, where this is SentencePiece's BPE in one of the ways that files write it; nil where it
    /// is something else.
    fileprivate var sentencePiecePrefix: Bool? {
        guard case .bytePairs(let settings) = model, settings.isPlainWithFallback, !ignoresMerges else { return nil }
        if normalizer == .none, preTokenizer.steps.count == 1, case .metaspace(let metaspace) = preTokenizer.steps[0],
            !metaspace.splits, Array(String(metaspace.mark).utf8) == TokenAlphabet.spaceMark
        {
            // Nothing is put before a text that begins with a space, nor with `first` after a token that stands in the text;
            // llama.cpp knows no such difference.
            return metaspace.prependScheme != .never
        }
        // Spaces that were marked cannot be cut at.
        let cut = Splitter(matcher: .expression(RegularExpression(literal: " ")), behavior: .mergedWithPrevious)
        guard preTokenizer.steps.isEmpty || preTokenizer.steps == [.split(cut)] else { return nil }
        for prepends in [false, true] where normalizer == .spaceMarking(prepends: prepends) { return prepends }
        return nil
    }
}

extension MergeSource {
    /// The two sides of each merge, in the order of the file.
    func pairs(file: String) throws(TokenizerError) -> [(left: String, right: String)] {
        var lines: [String] = []
        var pairs: [(left: String, right: String)] = []
        switch self {
        case .json(let bytes, _):
            try parse(bytes, file: file) { reader in
                try reader.readArray { reader in
                    if try reader.peek() == .string {
                        lines.append(try reader.readString())
                    } else {
                        var parts: [String] = []
                        try reader.readArray { parts.append(try $0.readString()) }
                        lines.append(parts.joined(separator: " "))
                    }
                }
            }
        case .lines(let bytes):
            lines = bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map {
                String(decoding: $0, as: UTF8.self)
            }
        case .scored: preconditionFailure("scores are written as they are, not as merges")
        }
        for line in lines where !line.utf8.starts(with: "#version".utf8) {
            let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError(file: file, .invalidMerge(number: pairs.count + 1, text: line))
            }
            pairs.append((String(Substring(parts[0])), String(Substring(parts[1]))))
        }
        return pairs
    }
}
