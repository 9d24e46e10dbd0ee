public import Checkpoints
public import FoundationEssentials
public import Tokenizers

/// The tokenizer of a model of any layout: that of its folder's files, or of the metadata of its GGUF file.
public func loadTokenizer(of model: ModelFolder) throws -> any Tokenizer {
    guard let vocabulary = try model.ggufVocabulary() else { return try loadTokenizer(folder: model.path) }
    return try loadTokenizer(gguf: vocabulary, file: model.path)
}

/// The tokenizer at `url`: of a model of any layout, or of a folder that holds nothing else.
public func loadTokenizer(at url: URL) throws -> any Tokenizer {
    // A folder with a tokenizer alone is no model.
    if let model = try? ModelFolder(url), case .gguf = model.layout { return try loadTokenizer(of: model) }
    return try loadTokenizer(folder: url.path(percentEncoded: false))
}

extension ModelFolder {
    /// What a GGUF file says of its tokenizer; nil for every other layout.
    func ggufVocabulary() throws -> GGUFVocabulary? { try gguf().map { GGUFVocabulary(try $0.tokenizerSettings()) } }

    /// The `tokenizer.json` that a GGUF file stands for; nil for every other layout.
    ///
    /// Throws ``TokenizerError`` where the tokenizer is of a kind that is not known here.
    public func derivedTokenizerJSON() throws -> Data? {
        try ggufVocabulary().map { Data(try $0.tokenizerJSON(file: path)) }
    }
}

extension GGUFVocabulary {
    public init(_ settings: GGUFTokenizerSettings) {
        self.init(model: settings.model, tokens: settings.tokens)
        preTokenizer = settings.preTokenizer
        types = settings.types
        merges = settings.merges
        scores = settings.scores
        beginToken = settings.beginToken
        endToken = settings.endToken
        unknownToken = settings.unknownToken
        addsBeginToken = settings.addsBeginToken
        addsEndToken = settings.addsEndToken
        addsSpacePrefix = settings.addsSpacePrefix
    }
}
