public import FoundationEssentials

/// The small files that make a folder of weights a model.
public struct ModelFiles: Sendable {
    /// `config.json`
    public var configuration: Data
    /// Others by plain name: `tokenizer.json`, `generation_config.json`.
    public var others: [String: Data]

    public init(configuration: Data, others: [String: Data] = [:]) {
        (self.configuration, self.others) = (configuration, others)
    }
}
