public import Checkpoints
public import FoundationEssentials

/// The small files that make a folder of weights a model.
public struct ModelFiles: Sendable {
    /// `config.json`, or what stands in its place.
    public var configuration: Data
    /// What configuration and weights are called.
    public var names: ModelFolder.FileNames
    /// Others by plain name: `tokenizer.json`, `generation_config.json`.
    public var others: [String: Data]

    public init(
        configuration: Data, names: ModelFolder.FileNames = .model, others: [String: Data] = [:]
    ) {
        (self.configuration, self.names, self.others) = (configuration, names, others)
    }
}
