extension LlamaConfiguration {
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
        var rotaryParameters: RotaryParameters?
        var tiesEmbedding: Bool?
        var hasAttentionBias: Bool?
        var hasFeedForwardBias: Bool?
        var activation: String?
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
            case tiesEmbedding = "tie_word_embeddings"
            case hasAttentionBias = "attention_bias"
            case hasFeedForwardBias = "mlp_bias"
            case activation = "hidden_act"
            case initialDeviation = "initializer_range"
            case beginToken = "bos_token_id"
            case endTokens = "eos_token_id"
        }
    }

    /// - Parameter path: what errors call the file.
    init(_ file: File, path: String) throws(TextModelError) {
        func invalid(_ key: File.CodingKeys, _ value: String, _ expected: String) -> TextModelError {
            .invalidConfiguration(file: path, key: key.rawValue, value: value, expected: expected)
        }
        if let activation = file.activation, activation != "silu" { throw invalid(.activation, activation, "silu") }
        // Checked here already, since the head's width is a quotient.
        guard file.heads > 0 else { throw invalid(.heads, "\(file.heads)", "1 to 256") }
        if file.headWidth == nil, !file.width.isMultiple(of: file.heads) {
            throw invalid(.heads, "\(file.heads)", "a divisor of hidden_size, which is \(file.width)")
        }
        self.init(
            width: file.width, feedForward: file.feedForward, layers: file.layers, heads: file.heads,
            keyHeads: file.keyHeads, headWidth: file.headWidth, vocabularySize: file.vocabularySize,
            positions: file.positions ?? 2048)
        normEpsilon = file.normEpsilon ?? 1e-6
        rotaryBase = file.rotaryParameters?.theta ?? file.rotaryBase ?? file.rotaryScaling?.theta ?? 10_000
        let (parameters, key): (RotaryParameters?, File.CodingKeys) =
            file.rotaryParameters.map { ($0, .rotaryParameters) } ?? (file.rotaryScaling, .rotaryScaling)
        if let parameters {
            rotaryScaling = try parameters.scaling(file: path, key: key.rawValue, positions: positions)
        }
        tiesEmbedding = file.tiesEmbedding ?? false
        hasAttentionBias = file.hasAttentionBias ?? false
        hasFeedForwardBias = file.hasFeedForwardBias ?? false
        initialDeviation = file.initialDeviation ?? 0.02
        beginToken = file.beginToken
        endTokens = file.endTokens?.tokens ?? []
        try validate(file: path)
    }

    /// What is written to a folder; the older spelling of the rotary part is the one that everybody reads.
    var file: File {
        File(
            architectures: ["LlamaForCausalLM"], modelType: "llama", width: width, feedForward: feedForward,
            layers: layers, heads: heads, keyHeads: keyHeads, headWidth: headWidth, vocabularySize: vocabularySize,
            positions: positions, normEpsilon: normEpsilon, rotaryBase: rotaryBase,
            rotaryScaling: RotaryParameters(rotaryScaling), tiesEmbedding: tiesEmbedding,
            hasAttentionBias: hasAttentionBias, hasFeedForwardBias: hasFeedForwardBias, activation: "silu",
            initialDeviation: initialDeviation, beginToken: beginToken,
            endTokens: endTokens.isEmpty ? nil : TokenList(endTokens))
    }
}
