public import Autograd
public import Layers
public import Parameters
public import Tensors

/// Llama: a decoder-only Transformer (Touvron et al. 2023, "LLaMA: Open and Efficient Foundation Language Models") with
/// the grouped queries of Llama 2 and the stretched positions of Llama 3.1; and the models that differ from it in details
/// (``LlamaFamily``).
public struct LlamaModel: CausalLanguageModel {
    public let configuration: LlamaConfiguration
    public let embedding: Embedding
    public let layers: [LlamaLayer]
    public let norm: RMSNorm
    public let head: Parameter
    private let rotations: RotaryTables

    public init(_ configuration: LlamaConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let (scope, width) = (store.root / "model", configuration.width)
        embedding = Embedding(
            configuration.vocabularySize, width, deviation: configuration.initialDeviation,
            in: scope / "embed_tokens")
        layers = (0..<configuration.layers).map { LlamaLayer(configuration, index: $0, in: scope / "layers" / $0) }
        norm = configuration.norm(width, in: scope / "norm")
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

    private func embedded(_ tokens: Tensor) -> Tensor {
        let x = embedding(tokens)
        return configuration.family.isGemma ? scale(x, by: Float(configuration.width).squareRoot()) : x
    }

    public func logits(_ states: Tensor) -> Tensor {
        let logits = linear(states, head.weight)
        guard let cap = configuration.logitSoftCap else { return logits }
        return scale(tanh(scale(logits, by: 1 / cap)), by: cap)
    }

    public func crossEntropy(
        ofStates states: Tensor, targets: Tensor, ignoring ignoredTarget: Int32?, labelSmoothing: Float,
        reduction: Reduction
    ) -> Tensor {
        guard configuration.logitSoftCap != nil else {
            return linearCrossEntropy(
                states, head.weight, targets, ignoring: ignoredTarget, labelSmoothing: labelSmoothing,
                reduction: reduction)
        }
        // Capped logits have to exist as a whole.
        return Autograd.crossEntropy(
            logits(states), targets, ignoring: ignoredTarget, labelSmoothing: labelSmoothing, reduction: reduction)
    }

    // MARK: Whole sequences

    public func callAsFunction(_ tokens: Tensor, mode: Mode, dropout probability: Float) -> Tensor {
        let rotations = rotations.tables(positions: tokens.shape[1])
        var x = dropout(embedded(tokens), probability: probability, mode: mode.split(0))
        // What each sub-layer adds; without dropout the sum is a part of the product.
        func add(_ projection: Linear, _ norm: RMSNorm?, of inner: Tensor, stream: Int) -> Tensor {
            guard probability > 0, case .training = mode else { return projection.added(to: x, norm, of: inner) }
            let added = projection(inner)
            let dropped = dropout(
                norm.map { $0(added) } ?? added, probability: probability, mode: mode.split(UInt64(stream)))
            return Autograd.add(x, dropped)
        }
        for (index, layer) in layers.enumerated() {
            let attended = layer.attention(layer.attentionNorm(x), rotations: rotations)
            x = add(layer.attention.outputProjection, layer.attentionResultNorm, of: attended, stream: 2 * index + 1)
            let inner = layer.feedForward.inner(layer.feedForwardNorm(x))
            x = add(layer.feedForward.down, layer.feedForwardResultNorm, of: inner, stream: 2 * index + 2)
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
            rotations: rotations.tables(positions: positions))
    }

    public func callAsFunction(_ tokens: Tensor, extending past: LanguageModelPast) -> Tensor {
        let (sequences, time) = (tokens.shape[0], tokens.shape[1])
        var x = embedded(tokens)
        for (index, layer) in layers.enumerated() {
            let attended = layer.attention(layer.attentionNorm(x), extending: past, layer: index)
            x = layer.attention.outputProjection.added(to: x, layer.attentionResultNorm, of: attended)
            let inner = layer.feedForward.inner(layer.feedForwardNorm(x))
            x = layer.feedForward.down.added(to: x, layer.feedForwardResultNorm, of: inner)
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

extension Linear {
    /// `x` and what this makes of `inner`, normalized where there is a norm.
    fileprivate func added(to x: Tensor, _ norm: RMSNorm?, of inner: Tensor) -> Tensor {
        guard let norm else { return self(inner, residual: x) }
        return add(x, norm(self(inner)))
    }
}
