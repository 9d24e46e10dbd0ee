/// The metadata under `tokenizer.ggml`, as they stand in the file; `Tokenizers` knows what they mean.
public struct GGUFTokenizerSettings: Sendable {
    public let model: String
    public let preTokenizer: String?
    public let tokens: [String]
    public let types: [Int]
    public let merges: [String]
    public let scores: [Double]
    public let beginToken: Int?
    public let endToken: Int?
    public let unknownToken: Int?
    public let addsBeginToken: Bool?
    public let addsEndToken: Bool?
    public let addsSpacePrefix: Bool?
}

extension GGUFLanguageModel {
    /// Throws ``GGUFError`` where the file has no tokenizer, or values of other types than they should have.
    public func tokenizerSettings() throws -> GGUFTokenizerSettings {
        let metadata = GGUFMetadata(file: file)
        func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }
        guard let tokens = try metadata.array(key("tokens")) else { throw metadata.refused(key("tokens"), .missing) }
        return GGUFTokenizerSettings(
            model: try metadata.requiredText(key("model")), preTokenizer: try metadata.text(key("pre")),
            tokens: try tokens.texts(), types: try metadata.array(key("token_type"))?.integers() ?? [],
            merges: try metadata.array(key("merges"))?.texts() ?? [],
            scores: try metadata.array(key("scores"))?.numbers() ?? [],
            beginToken: try metadata.integer(key("bos_token_id")), endToken: try metadata.integer(key("eos_token_id")),
            unknownToken: try metadata.integer(key("unknown_token_id")),
            addsBeginToken: try metadata.flag(key("add_bos_token")),
            addsEndToken: try metadata.flag(key("add_eos_token")),
            addsSpacePrefix: try metadata.flag(key("add_space_prefix")))
    }
}
