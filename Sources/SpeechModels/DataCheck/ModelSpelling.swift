public import Checkpoints
public import Tokenizers

/// How a model that spells writes texts: what recordings have to keep to that it is to learn from, or is judged by.
public struct ModelSpelling: Sendable {
    public let spelling: TargetSpelling
    public let tokenizer: any Tokenizer

    /// - Throws: ``SpeechModelError`` where the folder holds another kind of model.
    public init(reading folder: ModelFolder) throws {
        let files = try ConformerFiles(folder)
        (spelling, tokenizer) = (files.configuration.spelling, files.tokenizer)
    }
}
