import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// Small random models of every architecture and what `transformers` makes of them
/// (`Tests/Reference/language_model_fixtures.py`).
struct LanguageModelFixture: ReferenceFixture {
    static let names = [
        "mistral", "mistral-whole", "qwen2", "qwen2-window", "qwen3", "qwen3-biased", "gemma", "gemma2",
        "gemma2-standard", "gemma3", "gpt2", "gpt2-bare",
    ]

    let folder: ModelFolder
    let model: any CausalLanguageModel
    var network: any CausalLanguageModel { model }
    let store: ParameterStore
    let expected: SafetensorsFile

    init(_ name: String) throws {
        folder = try ModelFolder(Repository.file("Tests/Fixtures/language-models/\(name)"))
        store = ParameterStore(reading: try folder.openWeights())
        model = try LanguageModelArchitecture.configuration(of: folder).makeModel(in: store)
        expected = try SafetensorsFile(path: folder.url.appendingPathComponent("expected.safetensors").path)
    }

    /// Of one text's next tokens, `[time][vocabulary]`.
    func logits(_ tokens: [Int32], extending past: LanguageModelPast) -> [[Float]] {
        let all = model.logits(model(Tensor(tokens, shape: [1, tokens.count]), extending: past)).floats()
        let count = model.configuration.vocabularySize
        return tokens.indices.map { Array(all[$0 * count..<($0 + 1) * count]) }
    }
}
