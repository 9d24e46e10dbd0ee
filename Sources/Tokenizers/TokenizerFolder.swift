import Foundation
import JSON

/// The tokenizer files of a model folder.
struct TokenizerFolder {
    let path: String
    static let largestFile = 256 << 20

    func description() throws(TokenizerError) -> TokenizerDescription {
        if let bytes = try read("tokenizer.json") {
            return try bytes.withTokenizerBytes { bytes throws(TokenizerError) in
                try TokenizerJSON.read(bytes, file: file("tokenizer.json"))
            }
        }
        guard let vocabulary = try read("vocab.json") else { throw TokenizerError(file: path, .noTokenizer) }
        guard let merges = try read("merges.txt") else { throw TokenizerError(file: path, .noTokenizer) }
        return try description(vocabulary: vocabulary, merges: merges)
    }

    /// The tokenizer of a folder that has a `tokenizer.model` and nothing that goes before it.
    ///
    /// Where tokenizer_config.json does not say what stands around a text, it is the begin token, as with Llama, Mistral and
    /// Gemma.
    func sentencePiece() throws(TokenizerError) -> SentencePieceTokenizer? {
        guard !exists("tokenizer.json"), !exists("vocab.json"), let bytes = try read("tokenizer.model") else {
            return nil
        }
        let name = file("tokenizer.model")
        let model = try SentencePieceFile([UInt8](bytes), file: name)
        let configuration = try settings("tokenizer_config.json")
        var (table, ids) = (ByteStringTable(expectedCount: model.pieces.count), [Int32]())
        for (id, piece) in model.pieces.enumerated() where model.kinds[id] == .control || model.kinds[id] == .unknown {
            if piece.withUnsafeBufferPointer({ table.insert($0) }) { ids.append(Int32(id)) }
        }
        let added = try addedTokens(configuration, tokens: table, ids: ids)
        return try SentencePieceTokenizer(
            model, addedTokens: added,
            frame: { begin, end, vocabulary throws(TokenizerError) in
                func ids(_ key: String, _ name: String, standard: Bool, _ id: Int?) throws(TokenizerError) -> [Int] {
                    guard try configuration?(key).boolean(default: standard) ?? standard else { return [] }
                    guard let named = configuration.map({ $0("\(name)_token") }), !named.isNull else {
                        return id.map { [$0] } ?? []
                    }
                    let content = if case .object = named.value { named("content") } else { named }
                    return try vocabulary.required(content.string(), named.file)
                }
                return TokenFrame(
                    prefix: try ids("add_bos_token", "bos", standard: true, begin),
                    suffix: try ids("add_eos_token", "eos", standard: false, end))
            }, file: path)
    }

    private func description(vocabulary: Data, merges: Data) throws(TokenizerError) -> TokenizerDescription {
        let vocabularyFile = file("vocab.json")
        let (tokens, ids) = try vocabulary.withTokenizerBytes { bytes throws(TokenizerError) in
            try TokenizerJSON.readVocabulary(bytes, file: vocabularyFile)
        }
        let configuration = try settings("tokenizer_config.json")
        let addedTokens = try addedTokens(configuration, tokens: tokens, ids: ids)
        var steps: [PreTokenizer.Step] = [.words(.gpt2)]
        if let configuration, try configuration("add_prefix_space").boolean(default: false) {
            steps.insert(.prefixSpace, at: 0)
        }
        return TokenizerDescription(
            vocabulary: try Vocabulary(tokens: tokens, ids: ids, addedTokens: addedTokens, file: vocabularyFile),
            merges: .lines([UInt8](merges)), mergesFile: file("merges.txt"), preTokenizer: PreTokenizer(steps: steps))
    }

    /// In order of weight: `added_tokens_decoder` of tokenizer_config.json, which has all the flags; then
    /// added_tokens.json with ids alone; then special tokens that the vocabulary itself lists.
    private func addedTokens(
        _ configuration: Settings?, tokens: ByteStringTable, ids: [Int32]
    ) throws(TokenizerError) -> [AddedToken] {
        var added: [[UInt8]: AddedToken] = [:]
        if let decoder = configuration?("added_tokens_decoder"), !decoder.isNull {
            for key in try decoder.keys() {
                guard let id = Int(key) else { throw decoder(key).wrongType("keyed by an id") }
                let token = try AddedToken(decoder(key), id: id)
                try token.checkLength(file: decoder.file)
                guard added.updateValue(token, forKey: Array(token.content.utf8)) == nil else {
                    throw TokenizerError(file: decoder.file, .duplicateToken(token.content))
                }
            }
        }
        let special = try specialTokens()
        if let plain = try settings("added_tokens.json") {
            for content in try plain.keys() {
                let bytes = Array(content.utf8)
                let id = try plain(content).integer()
                if let known = added[bytes] {
                    guard known.id == id else {
                        throw TokenizerError(
                            file: plain.file, .conflictingID(token: content, declared: id, vocabulary: known.id))
                    }
                } else {
                    added[bytes] =
                        special[bytes]?.numbered(id) ?? AddedToken(id: id, content: content, isSpecial: false)
                    try added[bytes]?.checkLength(file: plain.file)
                }
            }
        }
        for (bytes, token) in special where added[bytes] == nil {
            guard let entry = tokens.index(of: bytes) else { continue }
            added[bytes] = token.numbered(Int(ids[entry]))
            try token.checkLength(file: file("special_tokens_map.json"))
        }
        return added.values.filter { !$0.content.isEmpty }.sorted { $0.id < $1.id }
    }

    /// What special_tokens_map.json lists: texts, or objects with flags, or lists of these. Ids stand elsewhere.
    private func specialTokens() throws(TokenizerError) -> [[UInt8]: AddedToken] {
        guard let map = try settings("special_tokens_map.json") else { return [:] }
        var special: [[UInt8]: AddedToken] = [:]
        for key in try map.keys() {
            var entries = [map(key)]
            if case .array = map(key).value { entries = try map(key).elements() }
            for entry in entries {
                var token: AddedToken
                if case .string(let content) = entry.value {
                    token = AddedToken(id: 0, content: content)
                } else {
                    token = try AddedToken(entry, id: 0, isSpecial: true)
                }
                special[Array(token.content.utf8)] = token
            }
        }
        return special
    }

    private func settings(_ name: String) throws(TokenizerError) -> Settings? {
        guard let bytes = try read(name) else { return nil }
        let value = try bytes.withTokenizerBytes { bytes throws(TokenizerError) in
            try parse(bytes, file: file(name)) { try $0.readValue() }
        }
        guard case .object = value else {
            throw TokenizerError(file: file(name), .wrongType(setting: "the file", expected: "an object"))
        }
        return Settings(value: value, name: "", file: file(name))
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    private func file(_ name: String) -> String {
        URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(name).path
    }

    /// The file's bytes, or nil if there is no such file.
    private func read(_ name: String) throws(TokenizerError) -> Data? {
        let file = file(name)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        do {
            let url = URL(fileURLWithPath: file).resolvingSymlinksInPath()
            let values = try url.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
            // Reading a pipe or a device might never end.
            guard values.isRegularFile == true else {
                throw TokenizerError(file: file, .cannotRead("not a regular file"))
            }
            let size = values.fileSize ?? 0
            guard size <= Self.largestFile else {
                throw TokenizerError(file: file, .tooLarge(byteCount: size, limit: Self.largestFile))
            }
            return try Data(contentsOf: url)
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw TokenizerError(file: file, .cannotRead(error.localizedDescription))
        }
    }
}

extension Vocabulary {
    fileprivate func required(_ token: String, _ file: String) throws(TokenizerError) -> [Int] {
        guard let id = id(of: Array(token.utf8)) else { throw TokenizerError(file: file, .missingToken(token)) }
        return [id]
    }
}

extension AddedToken {
    fileprivate func numbered(_ id: Int) -> AddedToken {
        AddedToken(
            id: id, content: content, isSingleWord: isSingleWord, stripsLeft: stripsLeft, stripsRight: stripsRight,
            isNormalized: isNormalized, isSpecial: isSpecial)
    }
}

extension Data {
    /// `withUnsafeBytes` with the type of the error kept.
    fileprivate func withTokenizerBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(TokenizerError) -> Result
    ) throws(TokenizerError) -> Result {
        let result: Swift.Result<Result, TokenizerError> = withUnsafeBytes { bytes in
            do throws(TokenizerError) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
