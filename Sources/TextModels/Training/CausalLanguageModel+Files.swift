public import Training

extension CausalLanguageModel {
    /// What makes a folder of this model's weights a model that others can open.
    public func files(tokenizer: TrainingTokenizer) throws -> ModelFiles {
        ModelFiles(configuration: try configuration.json(), others: tokenizer.files)
    }
}
