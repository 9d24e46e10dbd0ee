public import FoundationEssentials
public import Parameters

/// The sizes of a model of Llama's kind, as in the `config.json` of its Hugging Face folder.
public struct LlamaConfiguration: LanguageModelConfiguration {
    public var family = LlamaFamily.llama
    /// `hidden_size`.
    public var width: Int
    /// `intermediate_size`.
    public var feedForward: Int
    public var layers: Int
    public var heads: Int
    /// `num_key_value_heads`: with fewer than ``heads``, neighbouring heads share keys and values.
    public var keyHeads: Int
    /// `head_dim`.
    public var headWidth: Int
    public var vocabularySize: Int
    /// `max_position_embeddings`.
    public var positions: Int
    public var normEpsilon: Float = 1e-6
    /// `rope_theta`.
    public var rotaryBase = 10_000.0
    public var rotaryScaling = RotaryScaling.none
    /// `rope_local_base_freq`: the base of layers with a window, which nothing scales; that of all others where nil.
    public var localRotaryBase: Double?
    /// Whether logits are products with the token embedding instead of `lm_head`.
    public var tiesEmbedding = false
    /// `attention_bias`, of all four projections; ``LlamaFamily/qwen2`` always has it for queries, keys and values alone,
    /// ``LlamaFamily/mistral`` never.
    public var hasAttentionBias = false
    public var hasFeedForwardBias = false
    /// `sliding_window`: a position sees itself and those before it, so many together; all where nil.
    public var slidingWindow: Int?
    /// `layer_types`: which layers have the window; those that the family has it in where nil.
    public var slidingLayers: [Bool]?
    /// `query_pre_attn_scalar`: scores are divided by its root; ``headWidth`` where nil.
    public var attentionDivisor: Double?
    /// `attn_logit_softcapping`: a score s becomes c tanh(s / c).
    public var attentionSoftCap: Float?
    /// `final_logit_softcapping`, the same for logits.
    public var logitSoftCap: Float?
    /// Of weights that begin at random.
    public var initialDeviation: Float = 0.02
    /// `bos_token_id`.
    public var beginToken: Int?
    /// `eos_token_id`, one or several.
    public var endTokens: [Int] = []

    /// The longest text that any configuration may ask for.
    static let largestContext = 4 << 20

    /// - Parameters:
    ///   - keyHeads: `heads` where nil.
    ///   - headWidth: `width / heads` where nil.
    public init(
        _ family: LlamaFamily = .llama, width: Int, feedForward: Int, layers: Int, heads: Int, keyHeads: Int? = nil,
        headWidth: Int? = nil, vocabularySize: Int, positions: Int
    ) {
        self.family = family
        self.width = width
        self.feedForward = feedForward
        self.layers = layers
        self.heads = heads
        self.keyHeads = keyHeads ?? heads
        self.headWidth = headWidth ?? width / max(1, heads)
        self.vocabularySize = vocabularySize
        self.positions = positions
    }

    public var modelType: String { family.rawValue }

    public func makeModel(in store: ParameterStore) throws -> any CausalLanguageModel {
        try LlamaModel(self, in: store)
    }

    public func json() throws -> Data { try Self.json(file) }

    /// ``positions``, or what dynamic scaling makes of them.
    public var context: Int {
        if case .dynamic(let factor) = rotaryScaling { return Int(Double(positions) * factor) }
        return positions
    }

    /// The positions that a layer's attention sees at most; nil for all.
    public func window(ofLayer layer: Int) -> Int? {
        let slides = slidingLayers.map { layer < $0.count && $0[layer] } ?? family.slides(layer: layer)
        return slides ? slidingWindow : nil
    }

    /// Whether queries, keys and values have a bias.
    var hasInputBias: Bool { family == .qwen2 || family != .mistral && hasAttentionBias }
    /// Whether what attention gives has one.
    var hasOutputBias: Bool { family != .qwen2 && family != .mistral && hasAttentionBias }

    public var parameterCount: Int {
        let queries = heads * headWidth
        let keys = keyHeads * headWidth
        var attention = width * (2 * queries + 2 * keys)
        if hasInputBias { attention += queries + 2 * keys }
        if hasOutputBias { attention += width }
        if family.normalizesHeads { attention += 2 * headWidth }
        var network = 3 * width * feedForward
        if hasFeedForwardBias { network += 2 * feedForward + width }
        let norms = (family.normalizesResults ? 4 : 2) * width
        let embeddings = vocabularySize * width * (tiesEmbedding ? 1 : 2)
        return embeddings + layers * (attention + network + norms) + width
    }
}
