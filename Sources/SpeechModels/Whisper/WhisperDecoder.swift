import Autograd
public import Layers
public import Parameters
public import Tensors

/// Predicts the next token from the tokens so far and the encoder's output.
public struct WhisperDecoder: Sendable {
    public let embedding: Embedding
    public let positions: Parameter
    public let layers: [WhisperDecoderLayer]
    public let norm: LayerNorm

    public init(_ configuration: WhisperConfiguration, in scope: ParameterScope) {
        embedding = Embedding(configuration.vocabularySize, configuration.width, in: scope / "embed_tokens")
        positions = (scope / "embed_positions")
            .parameter("weight", [configuration.targetPositions, configuration.width], .normal(deviation: 0.02))
        layers = (0..<configuration.decoderLayers).map {
            WhisperDecoderLayer(configuration, in: scope / "layers" / $0)
        }
        norm = LayerNorm(configuration.width, in: scope / "layer_norm")
    }

    /// The encoder's output as every decoder layer reads it, made once per window.
    ///
    /// Shapes: `encoded` `[1, source positions, width]`.
    public func source(for encoded: Tensor) -> WhisperSource {
        WhisperSource(layers: layers.map { $0.sourceAttention.source(of: encoded) })
    }

    /// Vectors from which the next tokens are predicted; appends the tokens to `cache`. Sequences must have equal
    /// lengths in the cache.
    ///
    /// Shapes: `tokens` `[sequences, time]` of `int32` → `[sequences, time, width]`.
    public func callAsFunction(_ tokens: Tensor, source: WhisperSource, cache: KeyValueCache) -> Tensor {
        let (sequences, time) = (tokens.shape[0], tokens.shape[1])
        let start = cache.lengths[0]
        precondition(
            start + time <= positions.shape[0],
            "Whisper decoder: position \(start + time) lies beyond its \(positions.shape[0]) positions")
        let width = norm.weight.shape[0]
        var x = reshape(embedding(tokens), [sequences, time * width])
        x = add(x, reshape(slice(positions.value, start..<start + time), [time * width]))
        x = reshape(x, [sequences, time, width])
        for (index, layer) in layers.enumerated() {
            x = layer(x, source: source.layers[index], cache: cache, index: index)
        }
        cache.advance(by: time, sequences: sequences)
        return norm(x)
    }
}

/// One window's encoder output, as each decoder layer attends to it.
public struct WhisperSource: Sendable {
    let layers: [AttentionSource]
}

/// Causal self-attention, attention to the encoder's output, and a feed-forward network.
public struct WhisperDecoderLayer: Sendable {
    public let attentionNorm: LayerNorm
    public let attention: MultiHeadAttention
    public let sourceAttentionNorm: LayerNorm
    public let sourceAttention: MultiHeadAttention
    public let feedForward: WhisperFeedForward

    public init(_ configuration: WhisperConfiguration, in scope: ParameterScope) {
        let (width, heads) = (configuration.width, configuration.decoderHeads)
        attentionNorm = LayerNorm(width, in: scope / "self_attn_layer_norm")
        attention = MultiHeadAttention(width, heads: heads, keyBias: false, in: scope / "self_attn")
        sourceAttentionNorm = LayerNorm(width, in: scope / "encoder_attn_layer_norm")
        sourceAttention = MultiHeadAttention(width, heads: heads, keyBias: false, in: scope / "encoder_attn")
        feedForward = WhisperFeedForward(width, inner: configuration.decoderFeedForward, in: scope)
    }

    func callAsFunction(
        _ x: Tensor, source: AttentionSource, cache: KeyValueCache, index: Int
    ) -> Tensor {
        var x = attention.attend(attentionNorm(x), extending: cache, layer: index, residual: x)
        x = sourceAttention.attend(sourceAttentionNorm(x), to: source, residual: x)
        return feedForward(x)
    }
}
