public import Autograd
import Kernels
import Layers
public import Parameters
public import Tensors

/// Vision Transformer (Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words"): patches of a picture as a sequence, from
/// whose first, added vector the class is told. Names are those of `ViTForImageClassification`.
public struct ViTModel: ImageClassificationModel {
    public let configuration: ViTConfiguration
    private let patches: Convolution2d
    private let classToken: Parameter
    private let positions: Parameter
    private let layers: [ViTLayer]
    private let norm: LayerNorm
    private let classifier: Linear

    public init(_ configuration: ViTConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let (scope, width) = (store.root / "vit", configuration.width)
        let (embeddings, initializer) = (
            scope / "embeddings", Initializer.normal(deviation: configuration.initialDeviation)
        )
        patches = Convolution2d(
            3, width, kernel: Extent2d(configuration.patchExtent), stride: Extent2d(configuration.patchExtent),
            in: embeddings / "patch_embeddings" / "projection")
        classToken = embeddings.parameter("cls_token", [1, 1, width], initializer)
        positions = embeddings.parameter("position_embeddings", [1, configuration.patchCount + 1, width], initializer)
        layers = (0..<configuration.layers).map { ViTLayer(configuration, in: scope / "encoder" / "layer" / $0) }
        norm = LayerNorm(width, epsilon: configuration.normEpsilon, in: scope / "layernorm")
        classifier = Linear(
            width, configuration.labels.count, initializer: initializer, in: store.root / "classifier")
        // Part of the pretrained base model, which a classifier does not use.
        for name in ["weight", "bias"] { (scope / "pooler" / "dense").expectUnused(name) }
        embeddings.expectUnused("mask_token")
        try store.verify()
    }

    public func features(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        let extent = configuration.imageExtent
        precondition(
            pictures.rank == 4 && pictures.shape[1] == extent && pictures.shape[2] == extent,
            "ViT: pictures of shape \(pictures.shape) are not \(extent) × \(extent)")
        let (batch, width, count) = (pictures.shape[0], configuration.width, configuration.patchCount)
        let embedded = reshape(patches(pictures), [batch, count, width])
        // The same vector in front of every sequence.
        let tokens = tile(classToken.value, axis: 0, count: batch)
        var x = add(concatenate([tokens, embedded], axis: 1), positions.value)
        for layer in layers { x = layer(x) }
        return reshape(norm(slice(x, axis: 1, range: 0..<1)), [batch, width])
    }

    public func logits(_ features: Tensor) -> Tensor { classifier(features) }

    public func folded() -> ViTModel {
        patches.weight.weight.pack()
        for layer in layers { layer.pack() }
        classifier.weight.weight.pack()
        return self
    }
}

/// Self-attention and a feed-forward network, each after a norm and added to its input (Dosovitskiy et al. 2021, equations
/// 2 and 3).
///
/// Shapes: `[batch, patches, width]` → the same.
struct ViTLayer: Sendable {
    private let attentionNorm: LayerNorm
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let attentionOutput: Linear
    private let feedForwardNorm: LayerNorm
    private let up: Linear
    private let down: Linear
    private let heads: Int
    private let activation: Activation

    init(_ configuration: ViTConfiguration, in scope: ParameterScope) {
        let (width, inner) = (configuration.width, configuration.feedForward)
        let initializer = Initializer.normal(deviation: configuration.initialDeviation)
        func projection(_ name: String) -> Linear {
            Linear(
                width, width, bias: configuration.hasAttentionBias, initializer: initializer,
                in: scope / "attention" / "attention" / name)
        }
        attentionNorm = LayerNorm(width, epsilon: configuration.normEpsilon, in: scope / "layernorm_before")
        query = projection("query")
        key = projection("key")
        value = projection("value")
        attentionOutput = Linear(
            width, width, initializer: initializer, in: scope / "attention" / "output" / "dense")
        feedForwardNorm = LayerNorm(width, epsilon: configuration.normEpsilon, in: scope / "layernorm_after")
        up = Linear(width, inner, initializer: initializer, in: scope / "intermediate" / "dense")
        down = Linear(inner, width, initializer: initializer, in: scope / "output" / "dense")
        heads = configuration.heads
        activation = configuration.activation
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        let normed = attentionNorm(x)
        let attended = attention(query(normed), key(normed), value(normed), heads: heads)
        let sum = attentionOutput(attended, residual: x)
        return down(up(feedForwardNorm(sum), activation: activation), residual: sum)
    }

    func pack() {
        for linear in [query, key, value, attentionOutput, up, down] { linear.weight.weight.pack() }
    }
}
