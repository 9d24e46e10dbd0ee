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
    func ggufVocabulary() throws -> GGUFVocabulary? {
        guard let settings = try gguf()?.tokenizerSettings() else { return nil }
        var vocabulary = GGUFVocabulary(model: settings.model, tokens: settings.tokens)
        vocabulary.preTokenizer = settings.preTokenizer
        vocabulary.types = settings.types
        vocabulary.merges = settings.merges
        vocabulary.scores = settings.scores
        vocabulary.beginToken = settings.beginToken
        vocabulary.endToken = settings.endToken
        vocabulary.unknownToken = settings.unknownToken
        vocabulary.addsBeginToken = settings.addsBeginToken
        vocabulary.addsEndToken = settings.addsEndToken
        vocabulary.addsSpacePrefix = settings.addsSpacePrefix
        return vocabulary
    }
}
