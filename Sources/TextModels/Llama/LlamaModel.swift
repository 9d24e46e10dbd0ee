public import Autograd
public import Layers
public import Parameters
public import Tensors

/// Llama: a decoder-only Transformer (Touvron et al. 2023, "LLaMA: Open and Efficient Foundation Language Models") with
/// the grouped queries of Llama 2 and the stretched positions of Llama 3.1.
public struct LlamaModel: Sendable {
    public let configuration: LlamaConfiguration
    public let embedding: Embedding
    public let layers: [LlamaLayer]
    public let norm: RMSNorm
    /// Turns vectors into logits; the embedding itself where the two are tied.
    public let head: Parameter
    private let rotations: RotaryTables

    /// Builds the model on `store`, whose names are those of a Hugging Face folder, and verifies that all of them fit.
    public init(_ configuration: LlamaConfiguration, in store: ParameterStore) throws {
        try configuration.validate()
        self.configuration = configuration
        let (scope, width) = (store.root / "model", configuration.width)
        embedding = Embedding(
            configuration.vocabularySize, width, deviation: configuration.initialDeviation,
            in: scope / "embed_tokens")
        layers = (0..<configuration.layers).map { LlamaLayer(configuration, in: scope / "layers" / $0) }
        norm = RMSNorm(width, epsilon: configuration.normEpsilon, in: scope / "norm")
        if configuration.tiesEmbedding {
            head = embedding.weight
            // Some files store it twice.
            store.root.expectUnused("lm_head.weight")
        } else {
            head = (store.root / "lm_head").parameter(
                "weight", [configuration.vocabularySize, width],
                .normal(deviation: configuration.initialDeviation), precision: .asStored)
        }
        for layer in 0..<configuration.layers {
            // Old files hold the frequencies, which follow from the configuration.
            (scope / "layers" / layer / "self_attn" / "rotary_emb").expectUnused("inv_freq")
        }
        rotations = RotaryTables(configuration)
        try store.verify()
    }

    /// Logits over the vocabulary. Shapes: `[…, width]` → `[…, vocabulary]`.
    public func logits(_ x: Tensor) -> Tensor { linear(x, head.weight) }

    // MARK: Whole sequences

    /// Vectors from which each position's next token is predicted.
    ///
    /// Shapes: `tokens` `[sequences, time]` of `int32` → `[sequences, time, width]`.
    ///
    /// - Parameter probability: with which an element of the embedding, or of what a sub-layer adds, is dropped in
    ///   training.
    public func callAsFunction(_ tokens: Tensor, mode: Mode = .inference, dropout probability: Float = 0) -> Tensor {
        let rotation = rotations.table(positions: tokens.shape[1])
        var x = dropout(embedding(tokens), probability: probability, mode: mode.split(0))
        // What each sub-layer adds; without dropout the sum is a part of the product.
        func add(_ projection: Linear, of inner: Tensor, stream: Int) -> Tensor {
            guard probability > 0, case .training = mode else { return projection(inner, residual: x) }
            let dropped = dropout(projection(inner), probability: probability, mode: mode.split(UInt64(stream)))
            return Autograd.add(x, dropped)
        }
        for (index, layer) in layers.enumerated() {
            let attended = layer.attention(layer.attentionNorm(x), rotation: rotation)
            x = add(layer.attention.outputProjection, of: attended, stream: 2 * index + 1)
            let inner = layer.feedForward.inner(layer.feedForwardNorm(x))
            x = add(layer.feedForward.down, of: inner, stream: 2 * index + 2)
        }
        return norm(x)
    }

    // MARK: Decoding

    /// What texts of up to `positions` tokens, side by side, are decoded with.
    public func makePast(sequences: Int = 1, positions: Int) -> LlamaPast {
        precondition(
            (1...configuration.context).contains(positions),
            "Llama: a past of \(positions) positions does not fit a context of \(configuration.context)")
        return LlamaPast(
            cache: KeyValueCache(
                layerCount: configuration.layers, sequenceCapacity: sequences, positionCapacity: positions,
                width: configuration.keyHeads * configuration.headWidth),
            rotation: rotations.table(positions: positions))
    }

    /// The same for tokens that continue what `past` holds, to which it appends them. A prompt goes through in one call,
    /// and so do the next tokens of several texts, whose pasts may differ in length.
    ///
    /// Shapes: `tokens` `[sequences, time]` of `int32` → `[sequences, time, width]`.
    public func callAsFunction(_ tokens: Tensor, extending past: LlamaPast) -> Tensor {
        let (sequences, time) = (tokens.shape[0], tokens.shape[1])
        var x = embedding(tokens)
        for (index, layer) in layers.enumerated() {
            let attended = layer.attention(layer.attentionNorm(x), extending: past, layer: index)
            x = layer.attention.outputProjection(attended, residual: x)
            x = layer.feedForward.down(layer.feedForward.inner(layer.feedForwardNorm(x)), residual: x)
        }
        past.cache.advance(by: time, sequences: sequences)
        return norm(x)
    }

    /// Brings every matrix into the form that products read, so that the first token takes no longer than the next.
    public func pack() {
        for layer in layers {
            let (attention, network) = (layer.attention, layer.feedForward)
            for linear in [
                attention.queryProjection, attention.keyProjection, attention.valueProjection,
                attention.outputProjection, network.gate, network.up, network.down,
            ] {
                linear.weight.weight.pack()
            }
        }
        head.weight.pack()
    }
}

/// The texts that a Llama model has read so far: their keys and values, and the rotations of the positions to come.
public struct LlamaPast {
    /// May be cut back and forked as texts are.
    public let cache: KeyValueCache
    package let rotation: RotaryTable
}
