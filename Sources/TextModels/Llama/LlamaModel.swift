public import Autograd
public import Layers
public import Parameters
public import Tensors

/// Llama: a decoder-only Transformer (Touvron et al. 2023, "LLaMA: Open and Efficient Foundation Language Models") with
/// the grouped queries of Llama 2 and the stretched positions of Llama 3.1.
public struct LlamaModel: CausalLanguageModel {
    public let configuration: LlamaConfiguration
    public let embedding: Embedding
    public let layers: [LlamaLayer]
    public let norm: RMSNorm
    public let head: Parameter
    private let rotations: RotaryTables

    /// Builds the model on `store`, whose names are those of a Hugging Face folder, and verifies that all of them fit.
    public init(_ configuration: LlamaConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
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

    // MARK: Whole sequences

    public func callAsFunction(_ tokens: Tensor, mode: Mode, dropout probability: Float) -> Tensor {
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

    public func makePast(sequences: Int, positions: Int) -> LanguageModelPast {
        precondition(
            (1...configuration.context).contains(positions),
            "Llama: a past of \(positions) positions does not fit a context of \(configuration.context)")
        return LanguageModelPast(
            cache: KeyValueCache(
                layerCount: configuration.layers, sequenceCapacity: sequences, positionCapacity: positions,
                width: configuration.keyHeads * configuration.headWidth),
            rotations: [rotations.table(positions: positions)])
    }

    public func callAsFunction(_ tokens: Tensor, extending past: LanguageModelPast) -> Tensor {
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
