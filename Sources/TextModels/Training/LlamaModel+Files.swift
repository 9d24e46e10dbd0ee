import FoundationEssentials
public import Training

extension LlamaModel {
    /// What makes a folder of this model's weights a model that others can open.
    public func files(tokenizer: TrainingTokenizer) throws -> ModelFiles {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return ModelFiles(
            configuration: try encoder.encode(configuration.file) + Data("\n".utf8), others: tokenizer.files)
    }
}
