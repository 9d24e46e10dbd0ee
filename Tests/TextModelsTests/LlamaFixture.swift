import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// Small random models and what `transformers` makes of them (`Tests/Reference/llama_fixtures.py`).
struct LlamaFixture: ReferenceFixture {
    static let names = ["plain", "grouped", "biased", "linear", "dynamic", "llama3", "yarn", "yarn-scaled"]
    static let namesWithGradients = ["plain", "grouped", "biased"]
    static let folder = Repository.file("Tests/Fixtures/llama")

    let model: LlamaModel
    var network: any CausalLanguageModel { model }
    let store: ParameterStore
    let expected: SafetensorsFile

    init(_ name: String) throws {
        let folder = try ModelFolder(Self.folder.appendingPathComponent(name))
        let configuration = try #require(LanguageModelArchitecture.configuration(of: folder) as? LlamaConfiguration)
        store = ParameterStore(reading: try folder.openWeights())
        model = try LlamaModel(configuration, in: store)
        expected = try SafetensorsFile(path: folder.url.appendingPathComponent("expected.safetensors").path)
    }
}
