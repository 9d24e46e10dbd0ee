import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

struct LlamaConfigurationTests {
    private func configuration(_ change: (inout [String: Any]) -> Void) throws -> LlamaConfiguration {
        let file = LlamaFixture.folder.appendingPathComponent("plain/config.json")
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        change(&object)
        let data = try JSONSerialization.data(withJSONObject: object)
        return try LlamaConfiguration(
            JSONDecoder().decode(LlamaConfiguration.File.self, from: data),
            stated: JSONDecoder().decode(StatedKeys.self, from: data), path: "config.json")
    }

    @Test(arguments: LlamaFixture.names)
    func whatIsWrittenIsReadBack(name: String) throws {
        let folder = try ModelFolder(LlamaFixture.folder.appendingPathComponent(name))
        let configuration = try #require(LanguageModelArchitecture.configuration(of: folder) as? LlamaConfiguration)
        let written = try configuration.json()
        let again = try LlamaConfiguration(
            JSONDecoder().decode(LlamaConfiguration.File.self, from: written),
            stated: JSONDecoder().decode(StatedKeys.self, from: written), path: "config.json")
        #expect(again == configuration)
        let elements = try folder.openWeights()
        #expect(
            configuration.parameterCount
                == elements.names.reduce(0) { $0 + (elements.shape(of: $1)?.elementCount ?? 0) })
    }

    @Test(
        arguments: [
            ("hidden_size", 0), ("hidden_size", -16), ("hidden_size", 1 << 40), ("num_hidden_layers", 0),
            ("num_hidden_layers", 1 << 30), ("num_attention_heads", 0), ("num_attention_heads", -1),
            ("num_attention_heads", 3), ("num_key_value_heads", 0), ("num_key_value_heads", 3), ("head_dim", 5),
            ("head_dim", 0), ("vocab_size", 1), ("vocab_size", 1 << 40), ("intermediate_size", 0),
            ("max_position_embeddings", 0), ("max_position_embeddings", 1 << 50), ("bos_token_id", 64),
            ("eos_token_id", -1), ("rms_norm_eps", 0), ("rms_norm_eps", 5), ("rope_theta", 0), ("hidden_act", "gelu"),
        ] as [(String, any Sendable)])
    func valuesOutOfRangeAreNamed(key: String, value: any Sendable) throws {
        let error = #expect(throws: TextModelError.self) { try configuration { $0[key] = value } }
        guard case .invalidConfiguration(_, let found, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == key)
    }

    @Test(
        arguments: [
            ("rope_type", ["rope_type": "longrope"]), ("factor", ["rope_type": "linear"]),
            ("factor", ["type": "linear", "factor": 0.5]), ("factor", ["type": "dynamic", "factor": 1e9]),
            ("low_freq_factor", ["rope_type": "llama3", "factor": 8]),
            (
                "high_freq_factor",
                [
                    "rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1,
                    "original_max_position_embeddings": 64,
                ]
            ),
            ("original_max_position_embeddings", ["rope_type": "yarn", "factor": 2]),
            ("partial_rotary_factor", ["rope_type": "default", "partial_rotary_factor": 0.5]),
        ] as [(String, [String: any Sendable])])
    func rotaryValuesOutOfRangeAreNamed(key: String, parameters: [String: any Sendable]) throws {
        for spelling in ["rope_scaling", "rope_parameters"] {
            let error = #expect(throws: TextModelError.self) { try configuration { $0[spelling] = parameters } }
            guard case .invalidConfiguration(_, let found, _, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(found == "\(spelling).\(key)")
        }
    }

    @Test func everyWrongShapeIsListedAtOnce() throws {
        let folder = try ModelFolder(LlamaFixture.folder.appendingPathComponent("plain"))
        let changed = try configuration {
            $0["intermediate_size"] = 32
            $0["num_hidden_layers"] = 3
        }
        let error = #expect(throws: ParameterMismatch.self) {
            try LlamaModel(changed, in: ParameterStore(reading: folder.openWeights()))
        }
        #expect(error?.misshaped.count == 6)
        #expect(error?.missing.count == 9)
        #expect(error?.unused == [])
    }

    @Test(arguments: [(LlamaPreset.small1M, 1.0), (.small5M, 5.5), (.small15M, 15.3), (.small50M, 50.7)])
    func presetsAreOfTheirSize(preset: LlamaPreset, millions: Double) throws {
        let configuration = preset.configuration()
        try configuration.validate(file: "config.json")
        #expect(abs(Double(configuration.parameterCount) / 1e6 - millions) < 0.1)
        #expect(try LlamaPreset(named: preset.rawValue) == preset)
    }

    @Test func aPresetsModelHasAsManyParametersAsItsConfigurationSays() throws {
        let configuration = LlamaPreset.small1M.configuration(vocabularySize: 300)
        let store = ParameterStore(random: RandomSource(seed: 1))
        _ = try LlamaModel(configuration, in: store)
        #expect(store.elementCount == configuration.parameterCount)
        #expect(throws: TextModelError.unknownPreset("7b", known: ["1m", "5m", "15m", "50m"])) {
            try LlamaPreset(named: "7b")
        }
    }
}
