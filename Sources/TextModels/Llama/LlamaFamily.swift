/// Which model of Llama's kind one is: what files call it, and what it takes for granted.
public enum LlamaFamily: String, Sendable, CaseIterable {
    case llama
    /// Jiang et al. 2023, "Mistral 7B".
    case mistral
    /// Yang et al. 2024, "Qwen2 Technical Report".
    case qwen2
    /// Yang et al. 2025, "Qwen3 Technical Report".
    case qwen3
    /// Gemma Team 2024, "Gemma: Open Models Based on Gemini Research and Technology".
    case gemma
    /// Gemma Team 2024, "Gemma 2: Improving Open Language Models at a Practical Size".
    case gemma2
    /// Gemma Team 2025, "Gemma 3 Technical Report"; the models for text alone.
    case gemma3 = "gemma3_text"

    /// What `architectures` of `config.json` says.
    public var className: String {
        switch self {
        case .llama: "LlamaForCausalLM"
        case .mistral: "MistralForCausalLM"
        case .qwen2: "Qwen2ForCausalLM"
        case .qwen3: "Qwen3ForCausalLM"
        case .gemma: "GemmaForCausalLM"
        case .gemma2: "Gemma2ForCausalLM"
        case .gemma3: "Gemma3ForCausalLM"
        }
    }

    /// Embeddings are multiplied by √width, norms by one more than their weight, and GELU is the gate.
    var isGemma: Bool {
        switch self {
        case .gemma, .gemma2, .gemma3: true
        case .llama, .mistral, .qwen2, .qwen3: false
        }
    }

    /// What a sub-layer gives is normalized, too, before it is added.
    var normalizesResults: Bool { self == .gemma2 || self == .gemma3 }

    /// Queries and keys are normalized, each head for itself.
    var normalizesHeads: Bool { self == .qwen3 || self == .gemma3 }

    /// Whether a layer's attention has a window, where the model has one and says nothing about its layers.
    func slides(layer: Int) -> Bool {
        switch self {
        case .gemma2: layer % 2 == 0
        case .gemma3: layer % 6 != 5
        case .llama, .mistral, .qwen2, .qwen3, .gemma: true
        }
    }

    // MARK: What a file means that does not say

    var standardPositions: Int {
        switch self {
        case .llama: 2048
        case .qwen2, .qwen3: 32_768
        case .gemma, .gemma2: 8192
        case .mistral, .gemma3: 131_072
        }
    }

    /// Nil for the width over the heads.
    var standardHeadWidth: Int? {
        switch self {
        case .qwen3: 128
        case .gemma, .gemma2, .gemma3: 256
        case .llama, .mistral, .qwen2: nil
        }
    }

    var standardRotaryBase: Double { self == .gemma3 ? 1_000_000 : 10_000 }
}
