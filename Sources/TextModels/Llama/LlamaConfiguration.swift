public import FoundationEssentials
public import Parameters

/// The sizes of a Llama model, as in the `config.json` of its Hugging Face folder.
public struct LlamaConfiguration: LanguageModelConfiguration {
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
    /// Whether logits are products with the token embedding instead of `lm_head`.
    public var tiesEmbedding = false
    public var hasAttentionBias = false
    public var hasFeedForwardBias = false
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
        width: Int, feedForward: Int, layers: Int, heads: Int, keyHeads: Int? = nil, headWidth: Int? = nil,
        vocabularySize: Int, positions: Int
    ) {
        self.width = width
        self.feedForward = feedForward
        self.layers = layers
        self.heads = heads
        self.keyHeads = keyHeads ?? heads
        self.headWidth = headWidth ?? width / max(1, heads)
        self.vocabularySize = vocabularySize
        self.positions = positions
    }

    public var modelType: String { "llama" }

    public func makeModel(in store: ParameterStore) throws -> any CausalLanguageModel {
        try LlamaModel(self, in: store)
    }

    public func json() throws -> Data { try Self.json(file) }

    /// The number of tokens that the model can see: ``positions``, or what dynamic scaling makes of them.
    public var context: Int {
        if case .dynamic(let factor) = rotaryScaling { return Int(Double(positions) * factor) }
        return positions
    }

    /// The number of elements of all weights together.
    public var parameterCount: Int {
        let queries = heads * headWidth
        let keys = keyHeads * headWidth
        var attention = width * (2 * queries + 2 * keys)
        if hasAttentionBias { attention += queries + 2 * keys + width }
        var network = 3 * width * feedForward
        if hasFeedForwardBias { network += 2 * feedForward + width }
        let embeddings = vocabularySize * width * (tiesEmbedding ? 1 : 2)
        return embeddings + layers * (attention + network + 2 * width) + width
    }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    public func validate(file: String) throws(TextModelError) {
        func check<Value: Comparable>(
            _ key: File.CodingKeys, _ value: Value, _ range: ClosedRange<Value>
        ) throws(TextModelError) {
            guard range.contains(value) else {
                throw .invalidConfiguration(
                    file: file, key: key.rawValue, value: "\(value)",
                    expected: "\(range.lowerBound) to \(range.upperBound)")
            }
        }
        try check(.width, width, 1...65_536)
        try check(.feedForward, feedForward, 1...262_144)
        try check(.layers, layers, 1...256)
        try check(.heads, heads, 1...256)
        try check(.keyHeads, keyHeads, 1...256)
        try check(.headWidth, headWidth, 2...1_024)
        try check(.vocabularySize, vocabularySize, 2...2_000_000)
        try check(.positions, positions, 2...Self.largestContext)
        try check(.normEpsilon, normEpsilon, 1e-12...0.1)
        try check(.rotaryBase, rotaryBase, 1.001...1e12)
        try check(.initialDeviation, initialDeviation, 0...1)
        func invalid(_ key: File.CodingKeys, _ value: Int, _ expected: String) -> TextModelError {
            .invalidConfiguration(file: file, key: key.rawValue, value: "\(value)", expected: expected)
        }
        guard heads.isMultiple(of: keyHeads) else {
            throw invalid(.keyHeads, keyHeads, "a divisor of num_attention_heads, which is \(heads)")
        }
        guard headWidth.isMultiple(of: 2) else { throw invalid(.headWidth, headWidth, "an even number") }
        for (key, token) in [(File.CodingKeys.beginToken, beginToken)] + endTokens.map({ (.endTokens, $0) }) {
            guard let token else { continue }
            try check(key, token, 0...vocabularySize - 1)
        }
    }
}
