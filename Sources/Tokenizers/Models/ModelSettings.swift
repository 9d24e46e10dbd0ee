import JSON

// The part `model` of a tokenizer.json, its vocabulary apart.
extension TokenizerJSON {
    func unknownID(_ model: Settings) throws(TokenizerError) -> Int? {
        if model("unk_token").isNull { return nil }
        let unknown = try model("unk_token").string()
        guard let entry = tokens.index(of: Array(unknown.utf8)) else {
            throw TokenizerError(file: file, .missingToken(unknown))
        }
        return Int(ids[entry])
    }

    enum ModelType: String, CaseIterable {
        case bytePairs = "BPE"
        case unigram = "Unigram"
        case wordPiece = "WordPiece"
    }

    func modelType(_ model: Settings) throws(TokenizerError) -> ModelType {
        // Old files have no type; theirs is seen by what they have.
        guard !model("type").isNull else {
            if !scores.isEmpty { return .unigram }
            return model("max_input_chars_per_word").isNull ? .bytePairs : .wordPiece
        }
        let name = try model("type").string()
        guard let type = ModelType(rawValue: name) else {
            throw model("type").unsupported(
                name, supported: ModelType.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard (type == .unigram) == !scores.isEmpty || tokens.count == 0 else {
            throw TokenizerError(
                file: file,
                .wrongType(
                    setting: "vocab",
                    expected: type == .unigram ? "an array of pieces and scores" : "an object of tokens and ids"))
        }
        return type
    }

    func bytePairSettings(_ model: Settings) throws(TokenizerError) -> BytePairSettings {
        func affix(_ key: String) throws(TokenizerError) -> [UInt8] {
            model(key).isNull ? [] : Array(try model(key).string().utf8)
        }
        return BytePairSettings(
            continuingPrefix: try affix("continuing_subword_prefix"), wordSuffix: try affix("end_of_word_suffix"),
            fallsBackToBytes: try model("byte_fallback").boolean(default: false))
    }

    func bytePairs(
        _ model: Settings, _ description: TokenizerDescription, _ merges: MergeSource
    ) throws(TokenizerError) -> TokenizerDescription {
        try model.allow([
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges",
        ])
        switch model("dropout").value {
        case .null, .integer(0), .number(0): break
        default: throw model("dropout").unsupported(model("dropout").shortText, supported: "null")
        }
        let settings = try bytePairSettings(model)
        var result = TokenizerDescription(
            vocabulary: description.vocabulary, merges: merges, mergesFile: file, normalizer: description.normalizer,
            preTokenizer: description.preTokenizer, alphabet: description.alphabet, frame: description.frame,
            dropsFirstSpace: description.dropsFirstSpace, model: .bytePairs(settings), decoder: description.decoder)
        result.unknownID = try unknownID(model)
        result.fusesUnknown = try model("fuse_unk").boolean(default: false)
        result.ignoresMerges = try model("ignore_merges").boolean(default: false)
        return result
    }

    func unigram(_ model: Settings) throws(TokenizerError) -> TokenModel {
        try model.allow(["type", "unk_id", "byte_fallback"])
        var unknownID: Int?
        if !model("unk_id").isNull {
            let id = try model("unk_id").integer()
            guard tokens.count > 0 else { throw TokenizerError(file: file, .emptyVocabulary) }
            guard (0..<tokens.count).contains(id) else {
                throw TokenizerError(file: file, .idOutOfRange(id, token: "unk_id", limit: tokens.count))
            }
            unknownID = id
        }
        return .unigram(
            UnigramModel(
                pieces: tokens, scores: scores, unknownID: unknownID,
                fallsBackToBytes: try model("byte_fallback").boolean(default: false)))
    }

    func wordPiece(_ model: Settings) throws(TokenizerError) -> TokenModel {
        try model.allow(["type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word"])
        guard let unknownID = try unknownID(model) else { throw model("unk_token").missing() }
        let prefix =
            model("continuing_subword_prefix").isNull ? "##" : try model("continuing_subword_prefix").string()
        let longest = model("max_input_chars_per_word").isNull ? 100 : try model("max_input_chars_per_word").integer()
        guard longest >= 0 else {
            throw model("max_input_chars_per_word").unsupported("\(longest)", supported: "0 and more")
        }
        return .wordPiece(
            WordPieceModel(
                tokens: tokens, unknownID: unknownID, continuingPrefix: Array(prefix.utf8), longestWord: longest))
    }
}
