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

    /// The sizes of published models, and how many parameters these are known to have.
    @Test(
        arguments: [
            (.llama, 576, 1536, 30, (9, 3, 64), 49_152, 134_515_008),  // SmolLM2-135M
            (.llama, 2048, 8192, 16, (32, 8, 64), 128_256, 1_235_814_400),  // Llama 3.2 1B
            (.mistral, 4096, 14_336, 32, (32, 8, 128), 32_000, 7_241_732_096),  // Mistral 7B
            (.qwen2, 896, 4864, 24, (14, 2, 64), 151_936, 494_032_768),  // Qwen2.5 0.5B
            (.qwen3, 1024, 3072, 28, (16, 8, 128), 151_936, 596_049_920),  // Qwen3 0.6B
            (.gemma, 2048, 16_384, 18, (8, 1, 256), 256_000, 2_506_172_416),  // Gemma 2B
            (.gemma2, 2304, 9216, 26, (8, 4, 256), 256_000, 2_614_341_888),  // Gemma 2 2B
            (.gemma3, 640, 2048, 18, (4, 1, 256), 262_144, 268_098_176),  // Gemma 3 270M
            (.gemma3, 1152, 6912, 26, (4, 1, 256), 262_144, 999_885_952),  // Gemma 3 1B
        ] as [(LlamaFamily, Int, Int, Int, (Int, Int, Int), Int, Int)])
    func publishedModelsAreOfTheirSize(
        family: LlamaFamily, width: Int, feedForward: Int, layers: Int, heads: (Int, Int, Int), vocabulary: Int,
        parameters: Int
    ) throws {
        var configuration = LlamaConfiguration(
            family, width: width, feedForward: feedForward, layers: layers, heads: heads.0, keyHeads: heads.1,
            headWidth: heads.2, vocabularySize: vocabulary, positions: 2048)
        configuration.tiesEmbedding = family != .mistral
        try configuration.validate(file: "config.json")
        #expect(configuration.parameterCount == parameters)
    }

    @Test func gpt2IsOfItsSize() throws {
        let configuration = GPT2Configuration(
            width: 768, layers: 12, heads: 12, vocabularySize: 50_257, positions: 1024)
        try configuration.validate(file: "config.json")
        #expect(configuration.parameterCount == 124_439_808)
    }

    /// Every key with values that no file should hold: an error, or a model that computes; never an end.
    @Test(arguments: ["mistral", "qwen2-window", "gemma2", "gemma3", "gpt2"])
    func noValueEndsTheProcess(name: String) throws {
        let fixture = Repository.file("Tests/Fixtures/language-models/\(name)")
        let object = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: fixture.appendingPathComponent("config.json"))) as? [String: Any])
        let further: Set<String> = [
            "rope_scaling", "rope_parameters", "layer_types", "sliding_window", "sliding_window_pattern",
            "max_window_layers", "query_pre_attn_scalar", "n_inner", "head_dim",
        ]
        let values: [Any] = [
            NSNull(), 0, -1, 1, 3, 1 << 31, Int.max, Int.min, 0.5, 1e300, -1e300, 1e-300, "x", "", true, [Any](),
            [0, -5],
            [String: Any](), ["rope_type": "yarn", "factor": 1e300] as [String: Any],
            ["rope_type": "dynamic", "factor": 1024.0] as [String: Any],
            ["rope_type": "linear", "factor": 1.0, "rope_theta": -1] as [String: Any],
            ["full_attention": ["rope_type": "llama3"]] as [String: Any],
            ["sliding_attention": ["rope_type": "linear", "factor": 4.0]] as [String: Any],
            ["full_attention", "sliding_attention", "x"], Array(repeating: "sliding_attention", count: 300),
        ]
        let weights = try ModelFolder(fixture).openWeights()
        var built = 0
        for key in further.union(object.keys).sorted() {
            for value in values {
                guard let changed = try? configuration(name, { $0[key] = value }) else { continue }
                guard let model = try? changed.makeModel(in: ParameterStore(reading: weights)) else { continue }
                built += 1
                let states = model(Tensor([1, 2, 3] as [Int32], shape: [1, 3]))
                #expect(model.logits(states).elementCount == 3 * changed.vocabularySize)
            }
        }
        #expect(built > 100)
    }
}
