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
        layers = (0..<configuration.layers).map {
            ViTLayer(configuration.layerSizes, in: scope / "encoder" / "layer" / $0)
        }
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
