public import Autograd
public import Layers
public import Parameters
public import Tensors

/// GPT-2: a decoder-only Transformer with learned positions and norms before its sub-layers (Radford et al. 2019,
/// "Language Models are Unsupervised Multitask Learners", section 2.3).
public struct GPT2Model: CausalLanguageModel {
    public let configuration: GPT2Configuration
    public let embedding: Embedding
    /// A vector for each position.
    public let positionEmbedding: Embedding
    public let layers: [GPT2Layer]
    public let norm: LayerNorm
    public let head: Parameter

    public init(_ configuration: GPT2Configuration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let (scope, width) = (store.root / "transformer", configuration.width)
        let deviation = configuration.initialDeviation
        embedding = Embedding(configuration.vocabularySize, width, deviation: deviation, in: scope / "wte")
        positionEmbedding = Embedding(configuration.positions, width, deviation: deviation, in: scope / "wpe")
        layers = (0..<configuration.layers).map { GPT2Layer(configuration, index: $0, in: scope / "h" / $0) }
        norm = LayerNorm(width, epsilon: configuration.normEpsilon, in: scope / "ln_f")
        if configuration.tiesEmbedding {
            head = embedding.weight
            // Some files store it twice.
            store.root.expectUnused("lm_head.weight")
        } else {
            head = (store.root / "lm_head").parameter(
                "weight", [configuration.vocabularySize, width], .normal(deviation: deviation), precision: .asStored)
        }
        for layer in 0..<configuration.layers {
            // Old files hold the causal mask, and what stands in place of -∞; model folders pass over them already.
            (scope / "h" / layer / "attn").expectUnused("bias")
            (scope / "h" / layer / "attn").expectUnused("masked_bias")
        }
        try store.verify()
    }

    /// - Parameter offsets: the position of each sequence's first token.
    private func embedded(_ tokens: Tensor, offsets: [Int]) -> Tensor {
        let time = tokens.shape[1]
        let positions = offsets.flatMap { offset in (0..<time).map { Int32(offset + $0) } }
        return add(embedding(tokens), positionEmbedding(Tensor(positions, shape: tokens.shape)))
    }

    // MARK: Whole sequences

    public func callAsFunction(_ tokens: Tensor, mode: Mode, dropout probability: Float) -> Tensor {
        precondition(
            tokens.shape[1] <= configuration.positions,
            "GPT-2: \(tokens.shape[1]) tokens do not fit \(configuration.positions) positions")
        var x = dropout(
            embedded(tokens, offsets: Array(repeating: 0, count: tokens.shape[0])), probability: probability,
            mode: mode.split(0))
        // What each sub-layer adds; without dropout the sum is a part of the product.
        func add(_ projection: Linear, of inner: Tensor, stream: Int) -> Tensor {
            guard probability > 0, case .training = mode else { return projection(inner, residual: x) }
            let dropped = dropout(projection(inner), probability: probability, mode: mode.split(UInt64(stream)))
            return Autograd.add(x, dropped)
        }
        for (index, layer) in layers.enumerated() {
            let attended = layer.attention(layer.attentionNorm(x))
            x = add(layer.attention.outputProjection, of: attended, stream: 2 * index + 1)
            let inner = layer.feedForward.inner(layer.feedForwardNorm(x))
            x = add(layer.feedForward.down, of: inner, stream: 2 * index + 2)
        }
        return norm(x)
    }

    // MARK: Decoding

    public func makePast(sequences: Int, positions: Int) -> LanguageModelPast {
        precondition(
            (1...configuration.context).contains(positions),
            "GPT-2: a past of \(positions) positions does not fit a context of \(configuration.context)")
        return LanguageModelPast(
            cache: KeyValueCache(
                layerCount: configuration.layers, sequenceCapacity: sequences, positionCapacity: positions,
                width: configuration.width),
            rotations: [])
    }

    public func callAsFunction(_ tokens: Tensor, extending past: LanguageModelPast) -> Tensor {
        let (sequences, time) = (tokens.shape[0], tokens.shape[1])
        var x = embedded(tokens, offsets: Array(past.cache.lengths.prefix(sequences)))
        for (index, layer) in layers.enumerated() {
            let attended = layer.attention(layer.attentionNorm(x), extending: past.cache, layer: index)
            x = layer.attention.outputProjection(attended, residual: x)
            x = layer.feedForward.down(layer.feedForward.inner(layer.feedForwardNorm(x)), residual: x)
        }
        past.cache.advance(by: time, sequences: sequences)
        return norm(x)
    }

    public func pack() {
        for layer in layers {
            for linear in [
                layer.attention.projection, layer.attention.outputProjection, layer.feedForward.up,
                layer.feedForward.down,
            ] {
                linear.weight.weight.pack()
            }
        }
        head.weight.pack()
    }
}
