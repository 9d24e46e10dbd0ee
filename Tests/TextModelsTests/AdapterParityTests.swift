import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// Adapters beside Llama and GPT-2 models, and in their weights, against PEFT (`Tests/Reference/adapter_fixtures.py`).
@Suite struct AdapterParityTests {
    private func network(
        _ base: String, _ adaptation: (any TensorSource) throws -> ParameterStore
    ) throws -> any CausalLanguageModel {
        let folder = try ModelFolder(Repository.file("Tests/Fixtures/\(base)"))
        return try LanguageModelArchitecture.configuration(of: folder)
            .makeModel(in: adaptation(folder.openWeights()))
    }

    @Test(arguments: [
        ("queries", "llama/grouped"), ("patterned", "llama/biased"), ("gpt2", "language-models/gpt2"),
        ("gpt2-linear", "language-models/gpt2"),
    ])
    func logitsAreThoseOfPEFT(name: String, base: String) throws {
        let url = Repository.file("Tests/Fixtures/adapters/\(name)")
        let adapter = try AdapterFolder(url)
        #expect(adapter.baseModel == base.split(separator: "/").last.map(String.init))
        let expected = try SafetensorsFile(path: url.appendingPathComponent("expected.safetensors").path)
        let tokens = try #require(try expected.tensor(named: "tokens"))
        let logits = try #require(try expected.tensor(named: "logits")).floats()
        let continuation = try #require(try expected.tensor(named: "greedy")).integers()
        let beginning = Array(tokens.integers().prefix(tokens.shape[1]))
        let beside = try network(base) { weights in
            ParameterStore(
                reading: weights,
                adaptation: try LowRankAdaptation(adapter.settings, reading: adapter.openWeights()))
        }
        #expect(largestRelativeDifference(beside.logits(beside(tokens)).floats(), logits) < 1e-4)
        #expect(greedy(beside, beginning, count: continuation.count) == continuation)
        let merged = try network(base) { weights in
            ParameterStore(reading: try MergedWeights(weights, adding: adapter.openWeights(), adapter.settings))
        }
        #expect(largestRelativeDifference(merged.logits(merged(tokens)).floats(), logits) < 1e-4)
        #expect(greedy(merged, beginning, count: continuation.count) == continuation)
        let plain = try network(base) { ParameterStore(reading: $0) }
        #expect(largestRelativeDifference(plain.logits(plain(tokens)).floats(), logits) > 1e-2)
    }

    private func greedy(_ model: any CausalLanguageModel, _ beginning: [Int32], count: Int) -> [Int32] {
        var text = beginning
        while text.count < beginning.count + count {
            let logits = model.logits(model(Tensor(text, shape: [1, text.count]))).floats()
            let last = logits.suffix(model.configuration.vocabularySize)
            text.append(Int32(last.enumerated().max { $0.element < $1.element }?.offset ?? 0))
        }
        return Array(text.dropFirst(beginning.count))
    }

    @Test func anAdapterOfAnotherModelIsRefused() throws {
        let adapter = try AdapterFolder(Repository.file("Tests/Fixtures/adapters/patterned"))
        #expect(throws: AdaptationError.self) {
            try network("llama/grouped") { weights in
                ParameterStore(
                    reading: weights,
                    adaptation: try LowRankAdaptation(adapter.settings, reading: adapter.openWeights()))
            }
        }
    }

    /// GPT-2's matrices stand the other way round, those of squares too, which no shape tells.
    @Test(arguments: ["gpt2", "gpt2-bare"]) func mergedOrBesideIsTheSameForGPT2(name: String) throws {
        let folder = try ModelFolder(Repository.file("Tests/Fixtures/language-models/\(name)"))
        let configuration = try LanguageModelArchitecture.configuration(of: folder)
        let adaptation = try LowRankAdaptation(
            LowRankSettings(rank: 3, targets: .allLinear), random: RandomSource(seed: 2))
        let beside = try configuration.makeModel(
            in: ParameterStore(reading: folder.openWeights(), adaptation: adaptation))
        for (index, parameter) in adaptation.parameters.parameters.enumerated() {
            parameter.update(.random(parameter.shape, seed: UInt64(index)))
        }
        #expect(adaptation.settings.isTransposed)
        #expect(
            adaptation.parameters.parameters.contains {
                $0.name == "base_model.model.transformer.h.1.attn.c_attn.lora_A.weight" && $0.shape == [3, 16]
            })
        let temporary = try TemporaryFolder()
        try temporary.write(
            AdapterFolder.configuration(adaptation.settings, baseModel: "gpt2"), to: "adapter/adapter_config.json")
        try SafetensorsWriter.write(
            Dictionary(uniqueKeysWithValues: adaptation.parameters.parameters.map { ($0.name, $0.value) }),
            to: temporary.path("adapter/adapter_model.safetensors"))
        let adapter = try AdapterFolder(temporary.url.appendingPathComponent("adapter"))
        let weights = try MergedWeights(folder.openWeights(), adding: adapter.openWeights(), adapter.settings)
        let merged = try configuration.makeModel(in: ParameterStore(reading: weights))
        let plain = try configuration.makeModel(in: ParameterStore(reading: folder.openWeights()))
        let tokens = Tensor((0..<20).map { Int32($0 * $0 % 64) }, shape: [1, 20])
        let expected = beside.logits(beside(tokens)).floats()
        #expect(largestRelativeDifference(merged.logits(merged(tokens)).floats(), expected) < 1e-4)
        #expect(largestRelativeDifference(plain.logits(plain(tokens)).floats(), expected) > 1e-2)
    }
}
