import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// `config.json` of every architecture: read, written, and refused where it is not sound.
struct LanguageModelConfigurationTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    /// The configuration of a fixture whose file was changed.
    private func configuration(
        _ name: String, _ change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> any LanguageModelConfiguration {
        let fixture = Repository.file("Tests/Fixtures/language-models/\(name)")
        let file = fixture.appendingPathComponent("config.json")
        var object = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        change(&object)
        try temporary.write(JSONSerialization.data(withJSONObject: object), to: "model/config.json")
        try temporary.write([], to: "model/model.safetensors")
        return try LanguageModelArchitecture.configuration(
            of: ModelFolder(temporary.url.appendingPathComponent("model")))
    }

    /// `written.json` is what `language_model_fixtures.py --check` shows to `transformers`.
    @Test(arguments: LanguageModelFixture.names)
    func whatIsWrittenIsReadBack(name: String) throws {
        let fixture = try LanguageModelFixture(name)
        let configuration = fixture.model.configuration
        let json = try configuration.json()
        let expected = fixture.folder.url.appendingPathComponent("written.json")
        if ProcessInfo.processInfo.environment["TRIPTYCH_REWRITE_FIXTURES"] == "1" { try json.write(to: expected) }
        #expect(json == (try Data(contentsOf: expected)))
        try temporary.write(json, to: "model/config.json")
        try temporary.write([], to: "model/model.safetensors")
        let folder = try ModelFolder(temporary.url.appendingPathComponent("model"))
        #expect(try LanguageModelArchitecture.configuration(of: folder).json() == json)
        #expect(configuration.parameterCount == fixture.store.elementCount)
        #expect(configuration.endTokens.isEmpty == false && configuration.beginToken != nil)
    }

    @Test func whatAFileLeavesOutIsWhatTheArchitectureTakesForGranted() throws {
        func llama(_ name: String, without keys: String...) throws -> LlamaConfiguration {
            try #require(
                try configuration(name, { object in for key in keys { object[key] = nil } }) as? LlamaConfiguration)
        }
        #expect(try llama("mistral", without: "sliding_window").slidingWindow == 4096)
        #expect(try llama("mistral-whole").slidingWindow == nil)
        #expect(try llama("qwen3", without: "head_dim").headWidth == 128)
        #expect(try llama("gemma", without: "head_dim", "hidden_act").headWidth == 256)
        #expect(try llama("gemma").tiesEmbedding && !llama("mistral").tiesEmbedding)
        let second = try llama("gemma2", without: "attn_logit_softcapping", "final_logit_softcapping")
        #expect(second.attentionSoftCap == 50 && second.logitSoftCap == 30)
        #expect((0..<3).map { second.window(ofLayer: $0) } == [6, nil, 6])
        let third = try llama("gemma3", without: "sliding_window_pattern", "rope_theta", "rope_local_base_freq")
        #expect(third.rotaryBase == 1e6 && third.localRotaryBase == 1e4 && third.logitSoftCap == nil)
        #expect((0..<3).map { third.window(ofLayer: $0) } == [5, 5, 5] && third.family.slides(layer: 5) == false)
        #expect(try llama("qwen2", without: "use_sliding_window").window(ofLayer: 2) == nil)
        #expect(try (0..<3).map { try llama("qwen2-window").window(ofLayer: $0) } == [nil, 9, 9])
        let gpt2 = try #require(try configuration("gpt2") { $0["n_positions"] = nil } as? GPT2Configuration)
        #expect(gpt2.positions == 1024 && gpt2.feedForward == 64)
        let published = try configuration("gpt2") {
            ($0["vocab_size"], $0["bos_token_id"], $0["eos_token_id"]) = (50_257, nil, nil)
        }
        #expect(published.beginToken == 50_256 && published.endTokens == [50_256])
    }

    @Test func bothSpellingsOfRotationMeanTheSame() throws {
        let old = try configuration("gemma3").json()
        let new = try configuration("gemma3") {
            for key in ["rope_theta", "rope_scaling", "rope_local_base_freq", "sliding_window_pattern"] {
                $0[key] = nil
            }
            $0["rope_parameters"] = [
                "full_attention": ["rope_type": "linear", "factor": 8.0, "rope_theta": 1e6] as [String: any Sendable],
                "sliding_attention": ["rope_type": "default", "rope_theta": 100.0] as [String: any Sendable],
            ]
            $0["layer_types"] = ["sliding_attention", "full_attention", "sliding_attention"]
        }
        #expect(try new.json() == old)
    }

    @Test(
        arguments: [
            ("mistral", "sliding_window", 0), ("mistral", "sliding_window", -1), ("mistral", "hidden_act", "gelu"),
            ("mistral", "num_key_value_heads", 3), ("mistral", "head_dim", 0), ("qwen2", "hidden_size", 1 << 40),
            ("qwen2-window", "layer_types", ["full_attention"]),
            ("qwen2-window", "layer_types", ["chunked_attention"]), ("qwen3", "head_dim", 7),
            ("qwen3", "eos_token_id", 64), ("gemma", "hidden_act", "silu"),
            ("gemma2", "hidden_activation", "relu"), ("gemma2", "query_pre_attn_scalar", 0),
            ("gemma2", "attn_logit_softcapping", -1.0), ("gemma2", "final_logit_softcapping", 0),
            ("gemma2", "use_bidirectional_attention", true), ("gemma3", "sliding_window_pattern", 0),
            ("gemma3", "rope_local_base_freq", 0), ("gemma3", "attn_logit_softcapping", 50.0),
            ("gemma3", "num_hidden_layers", 1 << 40), ("gemma3", "num_hidden_layers", -1), ("gpt2", "n_embd", 0),
            ("gpt2", "n_embd", 1 << 60), ("gpt2", "n_head", 3), ("gpt2", "n_head", 0), ("gpt2", "n_head", -4),
            ("gpt2", "n_layer", 1 << 50), ("gpt2", "n_positions", 1), ("gpt2", "n_positions", 1 << 40),
            ("gpt2", "n_inner", 0), ("gpt2", "vocab_size", 1), ("gpt2", "layer_norm_epsilon", -1),
            ("gpt2", "initializer_range", 7), ("gpt2", "activation_function", "swish"),
            ("gpt2", "add_cross_attention", true), ("gpt2", "bos_token_id", 64), ("gpt2", "eos_token_id", [1, -1]),
        ] as [(String, String, any Sendable)])
    func valuesOutOfRangeAreNamed(name: String, key: String, value: any Sendable) throws {
        let error = #expect(throws: TextModelError.self) { try configuration(name) { $0[key] = value } }
        guard case .invalidConfiguration(_, let found, _, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == key)
    }

    @Test(
        arguments: [
            (["mixtral"], "MixtralForCausalLM"), (["llama"], "LlamaForSequenceClassification"),
            (["gpt2"], "LlamaForCausalLM"), ([], nil), (["bert"], nil),
        ] as [([String], String?)])
    func otherArchitecturesAreNamedWithThoseThatAreKnown(types: [String], className: String?) throws {
        let error = #expect(throws: TextModelError.self) {
            try configuration("mistral") {
                $0["model_type"] = types.first
                $0["architectures"] = className.map { [$0] }
            }
        }
        let names = (types + [className].compactMap { $0 }).joined(separator: ", ")
        guard case .unsupportedArchitecture(names.isEmpty ? "unknown" : names, _, let known)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(known.contains("GPT2LMHeadModel") && known.contains("Qwen3ForCausalLM"))
        #expect("\(try #require(error))".contains("known are LlamaForCausalLM"))
    }

    @Test func everyWrongTensorOfAnyArchitectureIsListedAtOnce() throws {
        let fixture = try LanguageModelFixture("gpt2")
        let changed = try configuration("gpt2") {
            $0["n_inner"] = 32
            $0["n_layer"] = 3
        }
        let error = #expect(throws: ParameterMismatch.self) {
            try changed.makeModel(in: ParameterStore(reading: fixture.folder.openWeights()))
        }
        // Two matrices and one bias of each layer that is there; a whole layer that is not.
        #expect(error?.misshaped.count == 6 && error?.missing.count == 12 && error?.unused == [])
    }
}
