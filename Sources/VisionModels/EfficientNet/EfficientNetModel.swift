public import Autograd
import Kernels
import Layers
public import Parameters
public import Tensors

/// EfficientNet-Lite (Tan and Le 2019, without squeeze-and-excitation), with the names of `timm`.
///
/// Trained by TensorFlow, it pads as that does: the odd row and column of zeros come last.
public struct EfficientNetModel: ImageClassificationModel {
    public let configuration: EfficientNetConfiguration
    private var trunk: EfficientNetTrunk
    private var head: NormalizedConvolution
    private let classifier: Linear

    public init(_ configuration: EfficientNetConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let root = store.root
        trunk = EfficientNetTrunk(configuration.variant, in: root)
        head = .efficientNet(
            trunk.maps.last?.width ?? 0, EfficientNetConfiguration.headWidth, kernel: 1, convolution: "conv_head",
            norm: "bn2", in: root)
        classifier = Linear(
            EfficientNetConfiguration.headWidth, configuration.labels.count, in: root / "classifier")
        try store.verify()
    }

    public func features(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        let x = trunk(pictures, mode: mode, updates: &updates)
        return globalAveragePool(head(x, mode: mode, updates: &updates))
    }

    public func logits(_ features: Tensor) -> Tensor { classifier(features) }

    public func folded() -> EfficientNetModel {
        var model = self
        model.trunk = trunk.folding()
        model.head = head.folding()
        classifier.weight.weight.pack()
        return model
    }
}

/// The convolutions before the last one, which widens.
struct EfficientNetTrunk: LayeredBackbone {
    var stem: NormalizedConvolution
    var layers: [InvertedResidualBlock] = []
    let maps: [BackboneMap]

    init(_ variant: EfficientNetVariant, in root: ParameterScope) {
        stem = .efficientNet(
            3, EfficientNetConfiguration.stemWidth, kernel: 3, stride: 2, convolution: "conv_stem", norm: "bn1",
            in: root)
        var map = BackboneMap(stride: 2, width: EfficientNetConfiguration.stemWidth, layer: 0)
        var maps = [map]
        for (number, stage) in variant.stages.enumerated() {
            for index in 0..<stage.count {
                let stride = index == 0 ? stage.stride : 1
                layers.append(
                    InvertedResidualBlock(map.width, stage, stride: stride, in: root / "blocks" / number / index))
                map = BackboneMap(stride: map.stride * stride, width: stage.outputs, layer: layers.count)
                maps.add(map)
            }
        }
        self.maps = maps
    }
}

/// Many channels inside, few outside: 1 × 1 to expand, one filter per channel, 1 × 1 to project, and the input added where
/// the sizes allow (Sandler et al. 2018, "MobileNetV2", section 3.3). Without expansion the first is left out.
///
/// Shapes: `[batch, height, width, channels]` → `[batch, height / stride, width / stride, outputs]`.
struct InvertedResidualBlock: BackboneLayer {
    private var convolutions: [NormalizedConvolution]
    private let isResidual: Bool

    init(_ channels: Int, _ stage: EfficientNetVariant.Stage, stride: Int, in scope: ParameterScope) {
        let inner = channels * stage.expansion
        let expands = stage.expansion > 1
        let depthwise = NormalizedConvolution.efficientNet(
            inner, inner, kernel: stage.kernel, stride: stride, groups: inner, convolution: "conv_dw",
            norm: expands ? "bn2" : "bn1", in: scope)
        let projection = NormalizedConvolution.efficientNet(
            inner, stage.outputs, kernel: 1, activation: .none, convolution: expands ? "conv_pwl" : "conv_pw",
            norm: expands ? "bn3" : "bn2", in: scope)
        convolutions = [depthwise, projection]
        if expands {
            convolutions.insert(
                .efficientNet(channels, inner, kernel: 1, convolution: "conv_pw", norm: "bn1", in: scope), at: 0)
        }
        isResidual = stride == 1 && channels == stage.outputs
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        var inner = x
        for convolution in convolutions { inner = convolution(inner, mode: mode, updates: &updates) }
        return isResidual ? add(inner, x) : inner
    }

    func folding() -> InvertedResidualBlock {
        var block = self
        block.convolutions = convolutions.map { $0.folding() }
        return block
    }
}

extension NormalizedConvolution {
    /// With what all convolutions of the network have in common.
    fileprivate static func efficientNet(
        _ channels: Int, _ outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, activation: Activation = .relu6,
        convolution: String, norm: String, in scope: ParameterScope
    ) -> NormalizedConvolution {
        NormalizedConvolution(
            channels, outputs, kernel: kernel, stride: stride, padding: .same, groups: groups, activation: activation,
            epsilon: 1e-3, momentum: 0.01, convolution: scope / convolution, norm: scope / norm)
    }
}
