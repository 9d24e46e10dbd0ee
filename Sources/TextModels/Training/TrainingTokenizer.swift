public import Datasets
public import FoundationEssentials
public import Tokenizers

/// The tokenizer of a model that is trained from nothing: learnt from the corpus, or taken from elsewhere.
public struct TrainingTokenizer: Sendable {
    public enum Source: Sendable, Hashable {
        /// Byte-level BPE, learnt from the corpus.
        case bpe
        case bytes
        /// The characters of the corpus.
        case characters
        /// A folder with a `tokenizer.json`.
        case folder(String)

        /// `bpe`, `bytes`, `characters`, or a folder's path.
        public init(_ text: String) {
            self =
                switch text {
                case "bpe": .bpe
                case "bytes": .bytes
                case "characters": .characters
                default: .folder(text)
                }
        }
    }

    public let tokenizer: any Tokenizer
    /// What a model's folder needs of it, by name.
    public let files: [String: Data]
    /// The token between texts, if there is one.
    public let endOfText: Int?

    private static let fileNames = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt",
    ]

    /// - Parameter vocabularySize: of one that is learnt.
    public init(_ source: Source, corpus: TextCorpus, vocabularySize: Int) throws {
        switch source {
        case .folder(let folder): try self.init(folder: folder)
        case .bytes: try self.init(.bytes())
        case .bpe:
            var trainer = try BPETrainer(vocabularySize: vocabularySize)
            _ = try corpus.read { trainer.add($0.text) }
            try self.init(trainer.train())
        case .characters:
            var trainer = try CharacterTrainer()
            _ = try corpus.read { trainer.add($0.text) }
            try self.init(trainer.train())
        }
    }

    /// The tokenizer of a model's folder, a checkpoint's for one.
    public init(folder: String) throws {
        let tokenizer = try loadTokenizer(folder: folder)
        var files: [String: Data] = [:]
        for name in Self.fileNames {
            files[name] = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        }
        self.init(tokenizer, files: files)
    }

    private init(_ trained: TrainedTokenizer) throws {
        let files = [
            "tokenizer.json": Data(trained.json().utf8),
            "tokenizer_config.json": Data(trained.configurationJSON().utf8),
        ]
        // Read back as any user of the model will.
        let folder = FileManager.default.temporaryDirectory.appending(path: "triptych-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, contents) in files { try contents.write(to: folder.appending(path: name)) }
        self.init(try loadTokenizer(folder: folder.path(percentEncoded: false)), files: files)
    }

    private init(_ tokenizer: any Tokenizer, files: [String: Data]) {
        (self.tokenizer, self.files) = (tokenizer, files)
        self.endOfText =
            [Tokenizers.endOfText, "</s>", "<|end_of_text|>"].lazy.compactMap { tokenizer.id(of: $0) }.first
    }
}

extension Tokenizer {
    /// Bytes of text that the targets of `batches` stand for, over their number.
    public func bytesPerTarget(of batches: any BatchSource<TokenBatch>, first limit: Int? = nil) throws -> Double {
        var lengths: [Int32: Int] = [:]
        var (bytes, tokens) = (0, 0)
        for index in 0..<min(batches.batchesPerEpoch, limit ?? .max) {
            let batch = try batches.batch(index, epoch: 0)
            tokens += batch.targetCount
            for id in batch.targets where id != TokenBatch.ignoredTarget {
                let length = lengths[id] ?? (isSpecial(Int(id)) ? 0 : self.bytes(of: Int(id))?.count ?? 0)
                lengths[id] = length
                bytes += length
            }
        }
        return Double(bytes) / Double(max(1, tokens))
    }
}
