import CommandLineKit
import TextModels

extension AdaptedModel {
    /// The model that options name, with its adapter.
    init(_ model: ModelOptions, _ adapter: AdapterOptions) throws {
        try self.init(model, adapter, defaultName: Text.defaultModel, locate: model.writingFolder)
    }

    func load() throws -> LanguageModel { try LanguageModel(folder, adapter: adapter, strength: strength) }
}
