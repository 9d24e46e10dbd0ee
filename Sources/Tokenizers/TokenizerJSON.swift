import JSON

/// Reads a tokenizer.json in one pass; the vocabulary goes straight into its table.
struct TokenizerJSON {
    private let file: String
    private var tokens = ByteStringTable()
    private var ids: [Int32] = []
    private var merges: MergeSource?
    private var hasVocabulary = false
    /// Everything but vocabulary and merges.
    private var settings: [String: JSONValue] = [:]
    private var modelSettings: [String: JSONValue] = [:]

    static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(TokenizerError) -> TokenizerDescription {
        var reading = TokenizerJSON(file: file)
        try reading.read(bytes)
        return try reading.description()
    }

    /// A vocab.json: tokens and ids, nothing else.
    static func readVocabulary(
        _ bytes: UnsafeRawBufferPointer, file: String
    ) throws(TokenizerError) -> (tokens: ByteStringTable, ids: [Int32]) {
        var reading = TokenizerJSON(file: file)
        try parse(bytes, file: file) { reader in try reading.readVocabulary(&reader, byteCount: bytes.count) }
        return (reading.tokens, reading.ids)
    }

    private init(file: String) { self.file = file }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(TokenizerError) {
        try parse(bytes, file: file) { reader in
            try reader.readObject { key, reader in
                if key == "model", try reader.peek() == .object {
                    try readModel(&reader, bytes)
                    try Self.set(&settings, key, .null, reader.offset)
                } else {
                    try Self.set(&settings, key, try reader.readValue(), reader.offset)
                }
            }
        }
    }

    private mutating func readModel(_ reader: inout JSONReader, _ bytes: UnsafeRawBufferPointer) throws {
        guard settings["model"] == nil else { throw JSONError(.duplicateKey("model"), offset: reader.offset) }
        try reader.readObject { key, reader in
            switch key {
            case "vocab":
                guard !hasVocabulary else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                hasVocabulary = true
                try readVocabulary(&reader, byteCount: bytes.count)
            case "merges":
                guard merges == nil else { throw JSONError(.duplicateKey(key), offset: reader.offset) }
                guard try reader.peek() == .array else {
                    throw TokenizerError(file: file, .wrongType(setting: "model.merges", expected: "an array"))
                }
                let start = reader.offset
                var count = 0
                try reader.readArray { reader in
                    try reader.skipValue()
                    count += 1
                }
                merges = .json(Array(bytes[start..<reader.offset]), count: count)
            default: try Self.set(&modelSettings, key, try reader.readValue(), reader.offset)
            }
        }
    }

    private mutating func readVocabulary(_ reader: inout JSONReader, byteCount: Int) throws {
        guard try reader.peek() == .object else {
            throw TokenizerError(file: file, .wrongType(setting: "vocab", expected: "an object of tokens and ids"))
        }
        // About the length of an entry in Whisper's file: room to begin with.
        tokens = ByteStringTable(expectedCount: byteCount / 40)
        try reader.readObjectWithRawKeys { token, reader in
            guard tokens.insert(token) else {
                throw TokenizerError(file: file, .duplicateToken(String(decoding: token, as: UTF8.self)))
            }
            let id = try reader.readInteger()
            guard let shortID = Int32(exactly: id), id >= 0 else {
                let limit = Vocabulary.idLimit(tokenCount: tokens.count)
                let text = String(decoding: tokens[tokens.count - 1], as: UTF8.self)
                throw TokenizerError(file: file, .idOutOfRange(id, token: text, limit: limit))
            }
            ids.append(shortID)
        }
    }

    private static func set(
        _ settings: inout [String: JSONValue], _ key: String, _ value: JSONValue, _ offset: Int
    ) throws(JSONError) {
        guard settings.updateValue(value, forKey: key) == nil else {
            throw JSONError(.duplicateKey(key), offset: offset)
        }
    }

    private func description() throws(TokenizerError) -> TokenizerDescription {
        let all = Settings(value: .object(settings), name: "", file: file)
        // Truncation and padding shape batches; the ids of a text are without them.
        try all.allow([
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model",
        ])
        let model = Settings(value: .object(modelSettings), name: "model", file: file)
        try checkModel(model)
        let alphabet: TokenAlphabet =
            if try model("byte_fallback").boolean(default: false) {
                .spaceMarked
            } else if all("pre_tokenizer").isNull, all("decoder")("type").value == .string("Fuse") {
                .characters
            } else {
                .byteLevel
            }
        guard settings["model"] != nil else { throw all("model").missing() }
        guard hasVocabulary else { throw model("vocab").missing() }
        guard let merges else { throw model("merges").missing() }
        let dropsFirstSpace: Bool
        let normalizer: Normalizer
        let preTokenizer: PreTokenizer
        switch alphabet {
        case .byteLevel:
            try checkDecoder(all("decoder"))
            dropsFirstSpace = false
            normalizer = try Normalizer(all("normalizer"))
            guard try PreTokenizer.endsWithByteLevel(all("pre_tokenizer")) else {
                throw all("pre_tokenizer").unsupported(
                    all("pre_tokenizer").shortText, supported: "ByteLevel, or a Sequence that ends with it")
            }
            preTokenizer = try PreTokenizer(all("pre_tokenizer"))
        case .spaceMarked:
            let spaces = try SentencePieceSettings(
                normalizer: all("normalizer"), preTokenizer: all("pre_tokenizer"), decoder: all("decoder"))
            dropsFirstSpace = spaces.dropsFirstSpace
            normalizer = .spaceMarking(prepends: spaces.prependsSpace)
            preTokenizer = PreTokenizer(steps: [])
        case .characters:
            try all("decoder").allow(["type"])
            dropsFirstSpace = false
            normalizer = try Normalizer(all("normalizer"))
            preTokenizer = PreTokenizer(steps: [])
        }

        var addedTokens: [AddedToken] = []
        for element in try all("added_tokens").elements() {
            let token = try AddedToken(element)
            try token.checkLength(file: file)
            if !token.content.isEmpty { addedTokens.append(token) }
        }
        let vocabulary = try Vocabulary(
            tokens: tokens, ids: ids, addedTokens: addedTokens, alphabet: alphabet, file: file)
        var unknownID: Int?
        if !model("unk_token").isNull {
            let unknown = try model("unk_token").string()
            guard let entry = tokens.index(of: Array(unknown.utf8)) else {
                throw TokenizerError(file: file, .missingToken(unknown))
            }
            unknownID = Int(ids[entry])
        }
        return TokenizerDescription(
            vocabulary: vocabulary, merges: merges, mergesFile: file, normalizer: normalizer,
            preTokenizer: preTokenizer, alphabet: alphabet, frame: TokenFrame.reading(all("post_processor")),
            dropsFirstSpace: dropsFirstSpace, unknownID: unknownID,
            fusesUnknown: try model("fuse_unk").boolean(default: false),
            ignoresMerges: try model("ignore_merges").boolean(default: false))
    }

    private func checkModel(_ model: Settings) throws(TokenizerError) {
        try model.allow([
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges",
        ])
        // Old files of GPT-2 have no type.
        if !model("type").isNull, try model("type").string() != "BPE" {
            throw model("type").unsupported(try model("type").string(), supported: "BPE")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] where !model(key).isNull {
            guard try model(key).string().isEmpty else {
                throw model(key).unsupported(try model(key).string(), supported: "none")
            }
        }
        switch model("dropout").value {
        case .null, .integer(0), .number(0): break
        default: throw model("dropout").unsupported(model("dropout").shortText, supported: "null")
        }
    }
}

/// Runs `body` over JSON text, and puts the file's name to what goes wrong.
func parse<Result>(
    _ bytes: [UInt8], file: String, _ body: (inout JSONReader) throws -> Result
) throws(TokenizerError) -> Result {
    try bytes.withUnsafeBufferPointer { bytes throws(TokenizerError) in
        try parse(UnsafeRawBufferPointer(bytes), file: file, body)
    }
}

/// Runs `body` over JSON text, and puts the file's name to what goes wrong.
func parse<Result>(
    _ bytes: UnsafeRawBufferPointer, file: String, _ body: (inout JSONReader) throws -> Result
) throws(TokenizerError) -> Result {
    do {
        return try JSONReader.read(bytes, body)
    } catch let error as JSONError {
        throw TokenizerError(file: file, .invalidJSON(error))
    } catch let error as TokenizerError {
        throw error
    } catch {
        throw TokenizerError(file: file, .cannotRead("\(error)"))
    }
}
