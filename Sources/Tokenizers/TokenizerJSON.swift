import JSON

/// Reads a tokenizer.json in one pass; the vocabulary goes straight into its table.
struct TokenizerJSON {
    let file: String
    private(set) var tokens = ByteStringTable()
    private(set) var ids: [Int32] = []
    private var merges: MergeSource?
    private var hasVocabulary = false
    /// Of a Unigram model, by id.
    private(set) var scores: [Double] = []
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
                if try reader.peek() == .array {
                    try readPieces(&reader, byteCount: bytes.count)
                } else {
                    try readVocabulary(&reader, byteCount: bytes.count)
                }
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

    /// The vocabulary of a Unigram model: pieces with scores, whose ids are their places.
    private mutating func readPieces(_ reader: inout JSONReader, byteCount: Int) throws {
        tokens = ByteStringTable(expectedCount: byteCount / 40)
        try reader.readArray { reader in
            var count = 0
            try reader.readArray { reader in
                switch count {
                case 0:
                    try reader.withStringBytes { piece, _ in
                        guard tokens.insert(piece) else {
                            throw TokenizerError(file: file, .duplicateToken(String(decoding: piece, as: UTF8.self)))
                        }
                    }
                case 1:
                    let score = try reader.readDouble()
                    guard score.isFinite else { throw Self.wrongPiece(tokens.count - 1, file) }
                    scores.append(score)
                default: throw Self.wrongPiece(tokens.count - 1, file)
                }
                count += 1
            }
            guard count == 2 else { throw Self.wrongPiece(max(tokens.count - 1, 0), file) }
            ids.append(Int32(ids.count))
        }
    }

    private static func wrongPiece(_ number: Int, _ file: String) -> TokenizerError {
        TokenizerError(
            file: file,
            .wrongType(setting: "model.vocab[\(number)]", expected: "a piece and its score, a finite number"))
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
        let type = try modelType(model)
        guard settings["model"] != nil else { throw all("model").missing() }
        guard hasVocabulary else { throw model("vocab").missing() }
        let kind = try kind(type, model, all)

        var addedTokens: [AddedToken] = []
        for element in try all("added_tokens").elements() {
            let token = try AddedToken(element)
            try token.checkLength(file: file)
            if !token.content.isEmpty { addedTokens.append(token) }
        }
        let vocabulary = try Vocabulary(
            tokens: tokens, ids: ids, addedTokens: addedTokens, alphabet: kind.decodingAlphabet, file: file)
        var description = TokenizerDescription(
            vocabulary: vocabulary, merges: .lines([]), mergesFile: file, normalizer: kind.normalizer,
            preTokenizer: kind.preTokenizer, alphabet: kind.alphabet, frame: TokenFrame.reading(all("post_processor")),
            dropsFirstSpace: kind.dropsFirstSpace)
        description.decoder = kind.decoder
        switch type {
        case .bytePairs:
            guard let merges else { throw model("merges").missing() }
            description = try bytePairs(model, description, merges)
        case .unigram: description.model = try unigram(model)
        case .wordPiece: description.model = try wordPiece(model)
        }
        return description
    }

    /// What stands around the model.
    private struct Kind {
        var alphabet: TokenAlphabet
        var normalizer: Normalizer
        var preTokenizer: PreTokenizer
        var dropsFirstSpace = false
        var decoder: TokenDecoder?

        /// What makes text of tokens where there is no `decoder`; a decoder wants them as they are.
        var decodingAlphabet: TokenAlphabet { decoder == nil ? alphabet : .characters }
    }

    private func kind(_ type: ModelType, _ model: Settings, _ all: Settings) throws(TokenizerError) -> Kind {
        if type == .bytePairs {
            // What SentencePiece models are converted to, and nothing else, has a quick way of its own.
            if try model("byte_fallback").boolean(default: false),
                let spaces = try? SentencePieceSettings(
                    normalizer: all("normalizer"), preTokenizer: all("pre_tokenizer"), decoder: all("decoder")),
                try bytePairSettings(model).isPlainWithFallback
            {
                return Kind(
                    alphabet: .spaceMarked, normalizer: .spaceMarking(prepends: spaces.prependsSpace),
                    preTokenizer: PreTokenizer(steps: []), dropsFirstSpace: spaces.dropsFirstSpace)
            }
        }
        let isByteLevel = try PreTokenizer.endsWithByteLevel(all("pre_tokenizer"))
        var kind = Kind(
            alphabet: isByteLevel ? .byteLevel : .characters, normalizer: try Normalizer(all("normalizer")),
            preTokenizer: try PreTokenizer(all("pre_tokenizer")))
        // Where the file says nothing, tokens of bytes are still bytes; the library would write them with spaces between.
        let decoder =
            isByteLevel && all("decoder").isNull ? TokenDecoder(steps: [.byteLevel]) : try TokenDecoder(all("decoder"))
        let settings = try bytePairSettings(model)
        let isPlain =
            type == .bytePairs && settings.isPlain && decoder == TokenDecoder(steps: isByteLevel ? [.byteLevel] : [])
        if !isPlain { kind.decoder = decoder }
        return kind
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
