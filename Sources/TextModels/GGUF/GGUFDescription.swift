import Checkpoints
import Kernels

/// What the metadata of a GGUF file say of a model, apart from its tokenizer.
struct GGUFDescription {
    let sizes: GGUFWriter.LanguageModelSizes
    private(set) var metadata: [(key: String, value: GGUFWriter.Value)] = []
    /// What each rotary frequency is divided by (Llama 3).
    private(set) var rotaryFactors: [Float]?

    /// - Parameter file: what errors call the model.
    init(_ gpt2: GPT2Configuration, file: String) throws(TextModelError) {
        sizes = try Self.sizes(gpt2, gpt2.layers, gpt2.heads, gpt2.heads, ties: gpt2.tiesEmbedding, file)
        try Self.require(file, gpt2.activation == .geluTanh, "activation_function", "\(gpt2.activation)", "gelu_new")
        try Self.require(file, gpt2.scalesScores, "scale_attn_weights", "false", "true")
        try Self.require(file, !gpt2.scalesScoresByLayer, "scale_attn_by_inverse_layer_idx", "true", "false")
        add("context_length", gpt2.positions)
        add("embedding_length", gpt2.width)
        add("block_count", gpt2.layers)
        add("feed_forward_length", gpt2.feedForward)
        add("attention.head_count", gpt2.heads)
        add("attention.layer_norm_epsilon", gpt2.normEpsilon)
    }

    /// - Parameter file: what errors call the model.
    init(_ llama: LlamaConfiguration, file: String) throws(TextModelError) {
        sizes = try Self.sizes(llama, llama.layers, llama.heads, llama.keyHeads, ties: llama.tiesEmbedding, file)
        try Self.check(llama, file)
        // llama.cpp has no window for Mistral, so that the context ends where the window would begin to matter.
        add(
            "context_length",
            llama.family == .mistral ? min(llama.positions, llama.slidingWindow ?? .max) : llama.positions)
        add("embedding_length", llama.width)
        add("block_count", llama.layers)
        add("feed_forward_length", llama.feedForward)
        add("attention.head_count", llama.heads)
        add("attention.head_count_kv", llama.keyHeads)
        add("attention.key_length", llama.headWidth)
        add("attention.value_length", llama.headWidth)
        add("attention.layer_norm_rms_epsilon", llama.normEpsilon)
        add("rope.dimension_count", llama.headWidth)
        add("rope.freq_base", Float(llama.rotaryBase))
        add("vocab_size", llama.vocabularySize)
        if llama.family == .gemma2 || llama.family == .gemma3, let window = llama.slidingWindow {
            add("attention.sliding_window", window)
        }
        if let cap = llama.attentionSoftCap { add("attn_logit_softcapping", cap) }
        if let cap = llama.logitSoftCap { add("final_logit_softcapping", cap) }
        try addScaling(llama, file)
    }

    private static func require(
        _ file: String, _ isSo: Bool, _ key: String, _ value: String, _ supported: String
    ) throws(TextModelError) {
        if !isSo { throw .notForGGUF(file: file, key: key, value: value, supported: supported) }
    }

    private static func sizes(
        _ configuration: any LanguageModelConfiguration, _ layers: Int, _ heads: Int, _ keyHeads: Int, ties: Bool,
        _ file: String
    ) throws(TextModelError) -> GGUFWriter.LanguageModelSizes {
        let sizes = GGUFWriter.LanguageModelSizes(
            modelType: configuration.modelType, layers: layers, heads: heads, keyHeads: keyHeads, tiesEmbedding: ties)
        guard let sizes else {
            throw .notForGGUF(
                file: file, key: "model_type", value: configuration.modelType,
                supported: LanguageModelArchitecture.known.map(\.modelType).joined(separator: ", "))
        }
        return sizes
    }

    /// Throws for what llama.cpp takes for granted and this model has otherwise.
    private static func check(_ llama: LlamaConfiguration, _ file: String) throws(TextModelError) {
        let family = llama.family
        try Self.require(file, !llama.hasAttentionBias || family == .llama, "attention_bias", "true", "false")
        switch family {
        case .gemma2, .gemma3:
            let isUsual = (0..<llama.layers).allSatisfy {
                (llama.window(ofLayer: $0) != nil) == (llama.slidingWindow != nil && family.slides(layer: $0))
            }
            try Self.require(file, isUsual, "layer_types", "an order of their own", "that of the published models")
            let divides = llama.layers == (family == .gemma2 ? 46 : 62)
            let divisor = Double(divides ? llama.width / llama.heads : llama.headWidth)
            let stated = llama.attentionDivisor ?? Double(llama.headWidth)
            try Self.require(file, stated == divisor, "query_pre_attn_scalar", "\(stated)", "\(divisor)")
            if family == .gemma3 {
                let base = llama.localRotaryBase ?? llama.rotaryBase
                try Self.require(file, base == 10_000, "rope_local_base_freq", "\(base)", "10000")
            }
        case .qwen2, .qwen3: try Self.require(file, llama.slidingWindow == nil, "use_sliding_window", "true", "false")
        case .llama, .mistral, .gemma: break
        }
    }

    private mutating func addScaling(_ llama: LlamaConfiguration, _ file: String) throws(TextModelError) {
        func unsupported(_ key: String, _ value: String, _ supported: String) -> TextModelError {
            .notForGGUF(file: file, key: "rope_scaling.\(key)", value: value, supported: supported)
        }
        switch llama.rotaryScaling {
        case .none: break
        case .linear(let factor):
            add("rope.scaling.type", .text("linear"))
            add("rope.scaling.factor", Float(factor))
        case .yarn(let yarn):
            let usual = RotaryScaling.Yarn(
                factor: yarn.factor, originalPositions: yarn.originalPositions,
                attentionFactor: yarn.factor <= 1 ? 1 : 0.1 * naturalLogarithm(yarn.factor) + 1)
            guard abs(yarn.attentionFactor - usual.attentionFactor) < 1e-6 else {
                throw unsupported("attention_factor", "\(yarn.attentionFactor)", "\(usual.attentionFactor)")
            }
            guard yarn.fastTurns == usual.fastTurns, yarn.slowTurns == usual.slowTurns, yarn.roundsBorders else {
                throw unsupported("beta_fast, beta_slow, truncate", "other than usual", "32, 1, true")
            }
            add("rope.scaling.type", .text("yarn"))
            add("rope.scaling.factor", Float(yarn.factor))
            add("rope.scaling.original_context_length", yarn.originalPositions)
        case .llama3(_, let low, let high, let original):
            guard low == 1, high == 4, original == 8192 else {
                throw unsupported(
                    "low_freq_factor, high_freq_factor, original_max_position_embeddings",
                    "\(low), \(high), \(original)", "1, 4, 8192")
            }
            func angles(_ scaling: RotaryScaling) -> [Double] {
                RotaryFrequencies(
                    width: llama.headWidth, base: llama.rotaryBase, scaling: scaling,
                    trainedPositions: llama.positions, positions: llama.positions
                ).angles
            }
            rotaryFactors = zip(angles(.none), angles(llama.rotaryScaling)).map { Float($0 / $1) }
        case .dynamic: throw unsupported("rope_type", "dynamic", "default, linear, llama3, yarn")
        }
    }

    private mutating func add(_ key: String, _ value: GGUFWriter.Value) {
        metadata.append(("\(sizes.architectureName).\(key)", value))
    }

    private mutating func add(_ key: String, _ number: Int) { add(key, .uint32(UInt32(number))) }
    private mutating func add(_ key: String, _ number: Float) { add(key, .float32(number)) }
}
