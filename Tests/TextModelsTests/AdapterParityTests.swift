import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// Adapters beside Llama models, and in their weights, against PEFT (`Tests/Reference/adapter_fixtures.py`).
@Suite struct AdapterParityTests {
    private func network(
        _ base: String, _ adaptation: (any TensorSource) throws -> ParameterStore
    ) throws -> any CausalLanguageModel {
        let folder = try ModelFolder(LlamaFixture.folder.appendingPathComponent(base))
        return try LanguageModelArchitecture.configuration(of: folder)
            .makeModel(in: adaptation(folder.openWeights()))
    }

    @Test(arguments: ["queries", "patterned"])
    func logitsAreThoseOfPEFT(name: String) throws {
        let url = Repository.file("Tests/Fixtures/adapters/\(name)")
        let adapter = try AdapterFolder(url)
        let base = try #require(adapter.baseModel)
        let expected = try SafetensorsFile(path: url.appendingPathComponent("expected.safetensors").path)
        let tokens = try #require(try expected.tensor(named: "tokens"))
        let logits = try #require(try expected.tensor(named: "logits")).floats()
        let beside = try network(base) { weights in
            ParameterStore(
                reading: weights,
                adaptation: try LowRankAdaptation(adapter.settings, reading: adapter.openWeights()))
        }
        #expect(largestRelativeDifference(beside.logits(beside(tokens)).floats(), logits) < 1e-4)
        let merged = try network(base) { weights in
            ParameterStore(reading: try MergedWeights(weights, adding: adapter.openWeights(), adapter.settings))
        }
        #expect(largestRelativeDifference(merged.logits(merged(tokens)).floats(), logits) < 1e-4)
        let plain = try network(base) { ParameterStore(reading: $0) }
        #expect(largestRelativeDifference(plain.logits(plain(tokens)).floats(), logits) > 1e-2)
    }

    @Test func anAdapterOfAnotherModelIsRefused() throws {
        let adapter = try AdapterFolder(Repository.file("Tests/Fixtures/adapters/patterned"))
        #expect(throws: AdaptationError.self) {
            try network("grouped") { weights in
                ParameterStore(
                    reading: weights,
                    adaptation: try LowRankAdaptation(adapter.settings, reading: adapter.openWeights()))
            }
        }
    }
}
