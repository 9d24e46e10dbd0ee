public import Autograd
import Kernels
import Layers
public import Parameters
public import Tensors

/// ResNet (He et al. 2016), in the form with the stride in a bottleneck's middle convolution ("v1.5") unless told
/// otherwise, with the names of `ResNetForImageClassification`.
public struct ResNetModel: ImageClassificationModel {
    public let configuration: ResNetConfiguration
    private var trunk: ResNetTrunk
    private let classifier: Linear

    public init(_ configuration: ResNetConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        trunk = ResNetTrunk(configuration, in: store.root)
        classifier = Linear(configuration.featureWidth, configuration.labels.count, in: store.root / "classifier" / 1)
        try store.verify()
    }

    public func features(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        globalAveragePool(trunk(pictures, mode: mode, updates: &updates))
    }

    public func logits(_ features: Tensor) -> Tensor { classifier(features) }

    public func folded() -> ResNetModel {
        var model = self
        model.trunk = trunk.folding()
        classifier.weight.weight.pack()
        return model
    }
}

/// Everything but the pooling and the last layer.
struct ResNetTrunk: LayeredBackbone {
    var stem: NormalizedConvolution
    var layers: [ResidualLayer] = []
    let maps: [BackboneMap]

    init(_ configuration: ResNetConfiguration, in root: ParameterScope) {
        let scope = root / "resnet"
        let embedder = scope / "embedder" / "embedder"
        stem = NormalizedConvolution(
            3, configuration.stemWidth, kernel: 7, stride: 2, activation: .relu, convolution: embedder / "convolution",
            norm: embedder / "normalization")
        var map = BackboneMap(stride: 4, width: configuration.stemWidth, layer: 0)
        var maps = [map]
        for (stage, (width, depth)) in zip(configuration.widths, configuration.depths).enumerated() {
            for index in 0..<depth {
                let halves = index == 0 && (stage > 0 || configuration.firstStageHalves)
                layers.append(
                    ResidualLayer(
                        map.width, width, stride: halves ? 2 : 1, configuration,
                        in: scope / "encoder" / "stages" / stage / "layers" / index))
                map = BackboneMap(stride: map.stride * (halves ? 2 : 1), width: width, layer: layers.count)
                maps.add(map)
            }
        }
        self.maps = maps
    }

    func begun(_ x: Tensor) -> Tensor { maximumPool2d(x, kernel: 3, stride: 2, padding: 1) }
}

/// relu(convolutions(x) + shortcut(x)) (He et al. 2016, equations 1 and 2).
///
/// Shapes: `[batch, height, width, channels]` → the same, or with half the extents and another number of channels.
struct ResidualLayer: BackboneLayer {
    /// Where the sizes differ; else the input itself.
    private var shortcut: NormalizedConvolution?
    private var convolutions: [NormalizedConvolution]

    init(
        _ channels: Int, _ outputs: Int, stride: Int, _ configuration: ResNetConfiguration, in scope: ParameterScope
    ) {
        func convolution(
            _ channels: Int, _ outputs: Int, kernel: Int, stride: Int = 1, _ activation: Activation,
            in scope: ParameterScope
        ) -> NormalizedConvolution {
            NormalizedConvolution(
                channels, outputs, kernel: kernel, stride: stride, activation: activation,
                convolution: scope / "convolution", norm: scope / "normalization")
        }
        if channels != outputs || stride != 1 {
            shortcut = convolution(channels, outputs, kernel: 1, stride: stride, .none, in: scope / "shortcut")
        }
        let layer = scope / "layer"
        switch configuration.layerKind {
        case .basic:
            convolutions = [
                convolution(channels, outputs, kernel: 3, stride: stride, .relu, in: layer / 0),
                convolution(outputs, outputs, kernel: 3, .none, in: layer / 1),
            ]
        case .bottleneck:
            let (inner, first) = (outputs / 4, configuration.firstConvolutionStrides)
            convolutions = [
                convolution(channels, inner, kernel: 1, stride: first ? stride : 1, .relu, in: layer / 0),
                convolution(inner, inner, kernel: 3, stride: first ? 1 : stride, .relu, in: layer / 1),
                convolution(inner, outputs, kernel: 1, .none, in: layer / 2),
            ]
        }
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        let residual = shortcut.map { $0(x, mode: mode, updates: &updates) } ?? x
        var inner = x
        for convolution in convolutions { inner = convolution(inner, mode: mode, updates: &updates) }
        return relu(add(inner, residual))
    }

    func folding() -> ResidualLayer {
        var layer = self
        layer.shortcut = shortcut?.folding()
        layer.convolutions = convolutions.map { $0.folding() }
        return layer
    }
}
