import Checkpoints
public import FoundationEssentials
public import Kernels
public import Parameters

/// The sizes of a GPT-2 model, as in the `config.json` of its Hugging Face folder.
public struct GPT2Configuration: LanguageModelConfiguration {
    /// `n_embd`.
    public var width: Int
    /// `n_inner`, four times the width where the file has none.
    public var feedForward: Int
    public var layers: Int
    public var heads: Int
    public var vocabularySize: Int
    /// `n_positions`: there is a vector for each, and none beyond.
    public var positions: Int
    public var normEpsilon: Float = 1e-5
    /// `activation_function`: `gelu_new` is ``Activation/geluTanh``.
    public var activation = Activation.geluTanh
    /// `scale_attn_weights`: whether scores are divided by the root of a head's width.
    public var scalesScores = true
    /// `scale_attn_by_inverse_layer_idx`: whether they are divided by the number of the layer, too, counted from 1.
    public var scalesScoresByLayer = false
    /// Whether logits are products with the token embedding instead of `lm_head`.
    public var tiesEmbedding = true
    /// Of weights that begin at random.
    public var initialDeviation: Float = 0.02
    /// `bos_token_id`.
    public var beginToken: Int?
    /// `eos_token_id`, one or several.
    public var endTokens: [Int] = []

    /// - Parameter feedForward: four times `width` where nil.
    public init(
        width: Int, feedForward: Int? = nil, layers: Int, heads: Int, vocabularySize: Int, positions: Int
    ) {
        self.width = width
        self.feedForward = feedForward ?? width.multipliedReportingOverflow(by: 4).partialValue
        self.layers = layers
        self.heads = heads
        self.vocabularySize = vocabularySize
        self.positions = positions
    }

    static let modelType = "gpt2"
    static let className = "GPT2LMHeadModel"

    public var modelType: String { Self.modelType }

    public var context: Int { positions }

    public func makeModel(in store: ParameterStore) throws -> any CausalLanguageModel { try GPT2Model(self, in: store) }

    public func json() throws -> Data { try Self.json(file) }

    public var parameterCount: Int {
        let attention = 4 * width * width + 4 * width
        let network = 2 * width * feedForward + feedForward + width
        let embeddings = (vocabularySize * (tiesEmbedding ? 1 : 2) + positions) * width
        return embeddings + layers * (attention + network + 4 * width) + 2 * width
    }

    /// Queries, keys and values are one layer.
    public var adapterTargets: [String] { ["c_attn"] }

    /// What the scores of a layer are multiplied by.
    func scoreScale(layer: Int) -> Float {
        let scale = scalesScores ? 1 / Float(width / heads).squareRoot() : 1
        return scalesScoresByLayer ? scale / Float(layer + 1) : scale
    }

    public func validate(file: String) throws(TextModelError) {
        let limits = Limits(file: file)
        try limits.check(.width, width, 1...65_536)
        try limits.check(.feedForward, feedForward, 1...262_144)
        try limits.check(.layers, layers, 1...256)
        try limits.check(.heads, heads, 1...256)
        try limits.check(.vocabularySize, vocabularySize, 2...2_000_000)
        // Each costs a vector.
        try limits.check(.positions, positions, 2...1 << 20)
        try limits.check(.normEpsilon, normEpsilon, 1e-12...0.1)
        try limits.check(.initialDeviation, initialDeviation, 0...1)
        guard width.isMultiple(of: heads) else {
            throw limits.invalid(.heads, "\(heads)", "a divisor of n_embd, which is \(width)")
        }
        guard File.activationNames[activation] != nil else {
            throw limits.invalid(.activation, "\(activation)", File.knownActivations)
        }
        try limits.check(.beginToken, beginToken, 0...vocabularySize - 1)
        for token in endTokens { try limits.check(.endTokens, token, 0...vocabularySize - 1) }
    }
}
