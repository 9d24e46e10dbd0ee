import Checkpoints

extension LlamaConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, TextModelError>

    /// `config.json` as it stands in a folder: newer and older spellings, and defaults where something is not said.
    struct File: Codable {
        var architectures: [String]?
        var modelType: String?
        var width: Int
        var feedForward: Int
        var layers: Int
        var heads: Int
        var keyHeads: Int?
        var headWidth: Int?
        var vocabularySize: Int
        var positions: Int?
        var normEpsilon: Float?
        var rotaryBase: Double?
        var rotaryScaling: RotaryParameters?
        var rotaryParameters: RotaryParameters.OfLayers?
        var localRotaryBase: Double?
        var tiesEmbedding: Bool?
        var hasAttentionBias: Bool?
        var hasFeedForwardBias: Bool?
        var activation: String?
        /// Gemma's name of it.
        var gemmaActivation: String?
        var usesSlidingWindow: Bool?
        var slidingWindow: StatedValue<Int>?
        /// The first layer with a window.
        var firstSlidingLayer: Int?
        /// Every so-manieth layer has none.
        var slidingPattern: Int?
        var layerTypes: [String]?
        var attentionDivisor: Double?
        var attentionSoftCap: StatedValue<Float>?
        var logitSoftCap: StatedValue<Float>?
        var seesBothWays: Bool?
        var initialDeviation: Float?
        var beginToken: Int?
        var endTokens: TokenList?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
            case width = "hidden_size"
            case feedForward = "intermediate_size"
            case layers = "num_hidden_layers"
            case heads = "num_attention_heads"
            case keyHeads = "num_key_value_heads"
            case headWidth = "head_dim"
            case vocabularySize = "vocab_size"
            case positions = "max_position_embeddings"
            case normEpsilon = "rms_norm_eps"
            case rotaryBase = "rope_theta"
            case rotaryScaling = "rope_scaling"
            case rotaryParameters = "rope_parameters"
            case localRotaryBase = "rope_local_base_freq"
            case tiesEmbedding = "tie_word_embeddings"
            case hasAttentionBias = "attention_bias"
            case hasFeedForwardBias = "mlp_bias"
            case activation = "hidden_act"
            case gemmaActivation = "hidden_activation"
            case usesSlidingWindow = "use_sliding_window"
            case slidingWindow = "sliding_window"
            case firstSlidingLayer = "max_window_layers"
            case slidingPattern = "sliding_window_pattern"
            case layerTypes = "layer_types"
            case attentionDivisor = "query_pre_attn_scalar"
            case attentionSoftCap = "attn_logit_softcapping"
            case logitSoftCap = "final_logit_softcapping"
            case seesBothWays = "use_bidirectional_attention"
            case initialDeviation = "initializer_range"
            case beginToken = "bos_token_id"
            case endTokens = "eos_token_id"
        }
    }

    /// - Parameters:
    ///   - stated: the keys of the file: one that is null is not one that is missing.
    ///   - path: what errors call the file.
    init(_ file: File, _ family: LlamaFamily = .llama, stated: StatedKeys, path: String) throws(TextModelError) {
        let limits = Limits(file: path)
        // Checked here already, since the head's width is a quotient.
        guard file.heads > 0 else { throw limits.invalid(.heads, "\(file.heads)", "1 to 256") }
        let headWidth = file.headWidth ?? family.standardHeadWidth
        if headWidth == nil, !file.width.isMultiple(of: file.heads) {
            throw limits.invalid(.heads, "\(file.heads)", "a divisor of hidden_size, which is \(file.width)")
        }
        self.init(
            family, width: file.width, feedForward: file.feedForward, layers: file.layers, heads: file.heads,
            keyHeads: file.keyHeads, headWidth: headWidth, vocabularySize: file.vocabularySize,
            positions: file.positions ?? family.standardPositions)
        normEpsilon = file.normEpsilon ?? 1e-6
        tiesEmbedding = file.tiesEmbedding ?? family.isGemma
        // The others take theirs for granted, whatever the file says.
        if family != .mistral, family != .qwen2 { hasAttentionBias = file.hasAttentionBias ?? false }
        if family == .llama { hasFeedForwardBias = file.hasFeedForwardBias ?? false }
        initialDeviation = file.initialDeviation ?? 0.02
        beginToken = file.beginToken
        endTokens = file.endTokens?.tokens ?? []
        try checkActivation(file, path: path)
        if file.seesBothWays == true {
            throw limits.invalid(.seesBothWays, "true", "false: texts are written forwards")
        }
        try setRotation(file, path: path)
        try setWindow(file, stated, path: path)
        if family == .gemma2 || family == .gemma3 {
            attentionDivisor = file.attentionDivisor ?? 256
            let isSecond = family == .gemma2
            attentionSoftCap =
                stated.contains(File.CodingKeys.attentionSoftCap) || !isSecond ? file.attentionSoftCap?.value : 50
            logitSoftCap = stated.contains(File.CodingKeys.logitSoftCap) || !isSecond ? file.logitSoftCap?.value : 30
        }
        try validate(file: path)
    }

    private func checkActivation(_ file: File, path: String) throws(TextModelError) {
        // Gemma's first files say `gelu` and mean the other.
        let known = family.isGemma ? ["gelu_pytorch_tanh", "gelu"] : ["silu"]
        for (key, name) in [(File.CodingKeys.activation, file.activation), (.gemmaActivation, file.gemmaActivation)] {
            guard let name, !known.contains(name) else { continue }
            throw Limits(file: path).invalid(key, name, known[0])
        }
    }

    private mutating func setRotation(_ file: File, path: String) throws(TextModelError) {
        let ofLayers = file.rotaryParameters
        rotaryBase =
            ofLayers?.all?.theta ?? ofLayers?.full?.theta ?? file.rotaryBase ?? file.rotaryScaling?.theta
            ?? family.standardRotaryBase
        let key: File.CodingKeys = ofLayers == nil ? .rotaryScaling : .rotaryParameters
        if let parameters = ofLayers.map({ $0.all ?? $0.full }) ?? file.rotaryScaling {
            rotaryScaling = try parameters.scaling(file: path, key: key.rawValue, positions: positions)
        }
        guard family == .gemma3 else { return }
        localRotaryBase = ofLayers?.sliding?.theta ?? file.localRotaryBase ?? 10_000
        let local = try ofLayers?.sliding?.scaling(file: path, key: key.rawValue, positions: positions)
        if let local, local != .none {
            throw .invalidConfiguration(
                file: path, key: "\(key.rawValue).sliding_attention.rope_type", value: "\(local)", expected: "default")
        }
    }

    private mutating func setWindow(_ file: File, _ stated: StatedKeys, path: String) throws(TextModelError) {
        let standardWindow = stated.contains(File.CodingKeys.slidingWindow) ? nil : 4096
        switch family {
        case .llama, .gemma: return
        case .mistral: slidingWindow = file.slidingWindow?.value ?? standardWindow
        case .qwen2, .qwen3:
            guard file.usesSlidingWindow == true else { return }
            slidingWindow = file.slidingWindow?.value ?? standardWindow
            let first = file.firstSlidingLayer ?? 28
            // Too many layers are found out later.
            slidingLayers = (0..<max(0, min(layers, 256))).map { $0 >= first }
        case .gemma2, .gemma3:
            slidingWindow = file.slidingWindow?.value ?? standardWindow
            if family == .gemma3, let pattern = file.slidingPattern {
                try Limits(file: path).check(.slidingPattern, pattern, 1...256)
                slidingLayers = (0..<max(0, min(layers, 256))).map { ($0 + 1) % pattern != 0 }
            }
        }
        // Mistral has it in all of them.
        guard let types = file.layerTypes, family != .mistral else { return }
        if let other = types.first(where: { $0 != "sliding_attention" && $0 != "full_attention" }) {
            throw Limits(file: path).invalid(.layerTypes, other, "sliding_attention or full_attention")
        }
        slidingLayers = types.map { $0 == "sliding_attention" }
    }

    /// What is written to a folder; the older spelling of the rotary part is the one that everybody reads.
    var file: File {
        var file = File(
            architectures: [family.className], modelType: family.rawValue, width: width, feedForward: feedForward,
            layers: layers, heads: heads, keyHeads: keyHeads, headWidth: headWidth, vocabularySize: vocabularySize,
            positions: positions, normEpsilon: normEpsilon, rotaryBase: rotaryBase,
            rotaryScaling: RotaryParameters(rotaryScaling), localRotaryBase: localRotaryBase,
            tiesEmbedding: tiesEmbedding, activation: family.isGemma ? "gelu_pytorch_tanh" : "silu",
            gemmaActivation: family.isGemma ? "gelu_pytorch_tanh" : nil, initialDeviation: initialDeviation,
            beginToken: beginToken, endTokens: endTokens.isEmpty ? nil : TokenList(endTokens))
        if family != .mistral, family != .qwen2 { file.hasAttentionBias = hasAttentionBias }
        if family == .llama { file.hasFeedForwardBias = hasFeedForwardBias }
        let types = (0..<layers).map { window(ofLayer: $0) == nil ? "full_attention" : "sliding_attention" }
        switch family {
        case .llama, .gemma: break
        case .mistral: file.slidingWindow = StatedValue(slidingWindow)
        case .qwen2, .qwen3:
            file.usesSlidingWindow = slidingWindow != nil
            file.slidingWindow = StatedValue(slidingWindow)
            file.layerTypes = types
        case .gemma2, .gemma3:
            file.slidingWindow = StatedValue(slidingWindow)
            file.layerTypes = types
            file.attentionDivisor = attentionDivisor ?? Double(headWidth)
            file.attentionSoftCap = StatedValue(attentionSoftCap)
            file.logitSoftCap = StatedValue(logitSoftCap)
        }
        return file
    }
}
