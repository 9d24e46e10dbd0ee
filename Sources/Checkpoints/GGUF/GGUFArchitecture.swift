/// A kind of language model as GGUF files call it, and what its tensors are called in a Hugging Face folder.
enum GGUFArchitecture: String, CaseIterable {
    /// Mistral's models, too.
    case llama
    case qwen2
    case qwen3
    case gemma
    case gemma2
    case gemma3
    case gpt2

    /// `model_type` of the Hugging Face folder.
    var modelType: String { self == .gemma3 ? "gemma3_text" : rawValue }

    /// The architecture of a Hugging Face folder; nil where there is none for it.
    init?(modelType: String) {
        // Mistral's models are Llama's to llama.cpp.
        let found = modelType == "mistral" ? .llama : Self.allCases.first { $0.modelType == modelType }
        guard let found else { return nil }
        self = found
    }

    var className: String {
        switch self {
        case .llama: "LlamaForCausalLM"
        case .qwen2: "Qwen2ForCausalLM"
        case .qwen3: "Qwen3ForCausalLM"
        case .gemma: "GemmaForCausalLM"
        case .gemma2: "Gemma2ForCausalLM"
        case .gemma3: "Gemma3ForCausalLM"
        case .gpt2: "GPT2LMHeadModel"
        }
    }

    var isGemma: Bool { self == .gemma || self == .gemma2 || self == .gemma3 }

    /// What a stored tensor is turned into.
    enum Change: Equatable {
        case none
        /// Rows of queries or keys whose pairs stand side by side, as llama.cpp rotates them.
        case pairs
        /// A norm that was stored one larger.
        case minusOne
        /// `[outputs, inputs]` where GPT-2's folders have `[inputs, outputs]`.
        case transposed
    }

    /// The Hugging Face name of a stored tensor, and the way to it; nil where it is not known.
    func translated(_ name: String) -> (name: String, change: Change)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, last == "weight" || last == "bias" else { return nil }
        if parts.count == 2 {
            return outerName(String(parts[0])).map { ("\($0).\(last)", change(parts[0], last)) }
        }
        guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0, String(layer) == parts[1],
            let inner = innerName(String(parts[2]))
        else { return nil }
        return ("\(layerPrefix)\(layer).\(inner).\(last)", change(parts[2], last))
    }

    private var layerPrefix: String { self == .gpt2 ? "transformer.h." : "model.layers." }

    private func outerName(_ name: String) -> String? {
        switch name {
        case "token_embd": self == .gpt2 ? "transformer.wte" : "model.embed_tokens"
        case "position_embd" where self == .gpt2: "transformer.wpe"
        case "output_norm": self == .gpt2 ? "transformer.ln_f" : "model.norm"
        case "output": "lm_head"
        default: nil
        }
    }

    private func innerName(_ name: String) -> String? {
        if self == .gpt2 {
            return [
                "attn_norm": "ln_1", "attn_qkv": "attn.c_attn", "attn_output": "attn.c_proj", "ffn_norm": "ln_2",
                "ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj",
            ][name]
        }
        switch name {
        case "attn_norm": return "input_layernorm"
        case "attn_q": return "self_attn.q_proj"
        case "attn_k": return "self_attn.k_proj"
        case "attn_v": return "self_attn.v_proj"
        case "attn_output": return "self_attn.o_proj"
        case "attn_q_norm" where self == .qwen3 || self == .gemma3: return "self_attn.q_norm"
        case "attn_k_norm" where self == .qwen3 || self == .gemma3: return "self_attn.k_norm"
        case "ffn_norm":
            return self == .gemma2 || self == .gemma3 ? "pre_feedforward_layernorm" : "post_attention_layernorm"
        case "post_attention_norm" where self == .gemma2 || self == .gemma3: return "post_attention_layernorm"
        case "post_ffw_norm" where self == .gemma2 || self == .gemma3: return "post_feedforward_layernorm"
        case "ffn_gate": return "mlp.gate_proj"
        case "ffn_up": return "mlp.up_proj"
        case "ffn_down": return "mlp.down_proj"
        default: return nil
        }
    }

    private func change(_ part: Substring, _ last: Substring) -> Change {
        switch part {
        case "attn_q" where self == .llama, "attn_k" where self == .llama: .pairs
        case "attn_qkv",
            "ffn_up" where self == .gpt2, "ffn_down" where self == .gpt2,
            "attn_output" where self == .gpt2:
            last == "weight" ? .transposed : .none
        default: isGemma && part.hasSuffix("norm") ? .minusOne : .none
        }
    }
}
