public import Autograd
import Checkpoints
public import FoundationEssentials
public import Images
public import Kernels
import Layers
public import Parameters
public import Tensors

/// The sizes of a ResNet for small pictures (He et al. 2016, section 4.2): stages of as many layers each.
public struct SmallResNetConfiguration: ImageClassificationConfiguration {
    /// 2 s n + 2 with s stages of n layers: for three stages 20, 32, 44, 56, 110.
    public var depth: Int
    /// Channels of the first stage; each further one has twice as many, and half the extents.
    public var width = 16
    public var stageCount = 3
    public var labels: [String]
    public var inputSize: Extent2d = 32
    /// Of colours from 0 to 1.
    public var mean = PixelNormalization.imageNet.mean
    public var deviation = PixelNormalization.imageNet.deviation

    public init(depth: Int, labels: [String]) {
        self.depth = depth
        self.labels = labels
    }

    public var architecture: String { "resnet\(depth)" }

    public var stages: [(name: String, prefixes: [String])] {
        [("stem", ["conv1.", "bn1."])] + (1...stageCount).map { ("stage\($0)", ["layer\($0)."]) }
    }

    public var headName: String { "linear" }

    public var preprocessing: ImagePreprocessing {
        ImagePreprocessing(
            width: inputSize.width, height: inputSize.height, framing: .centerSquare(fraction: 1),
            interpolation: .bicubic,
            normalization: PixelNormalization(scale: 1 / 255, mean: mean, deviation: deviation))
    }

    public var takesAnySize: Bool { true }
    public var featureWidth: Int { width << (stageCount - 1) }
    var layersPerStage: Int { (depth - 2) / (2 * stageCount) }

    public func makeModel(in store: ParameterStore) throws -> any ImageClassificationModel {
        try SmallResNetModel(self, in: store)
    }

    public func validate(file: String) throws(VisionModelError) {
        let limits = Limits(file: file)
        try limits.check(.stageCount, stageCount, 1...6)
        guard (4...1_202).contains(depth), (depth - 2).isMultiple(of: 2 * stageCount) else {
            throw limits.invalid(
                .architecture, "of depth \(depth)",
                "a depth of \(2 * stageCount) n + 2 for \(stageCount) stages, as \(2 * stageCount + 2) or \(6 * stageCount + 2)"
            )
        }
        try limits.check(.width, width, 1...4_096)
        try limits.check(.inputSize, inputSize.height, 1...4_096)
        try limits.check(.inputSize, inputSize.width, 1...4_096)
        try limits.checkChannels(.mean, mean, mayBeZero: true)
        try limits.checkChannels(.deviation, deviation, mayBeZero: false)
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

extension SmallResNetConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, VisionModelError>

    /// `config.json`; there is none in `transformers`.
    struct File: Codable {
        /// `resnet20 (cifar…)`.
        var architecture: String
        var width: Int?
        var stageCount: Int?
        /// Channels, height, width.
        var inputSize: [Int]?
        var mean: [Float]?
        var deviation: [Float]?
        var labelNames: [String]?
        var labels: LabelTable?
        var labelCount: Int?

        enum CodingKeys: String, CodingKey {
            case architecture
            case mean
            case deviation = "std"
            case width
            case stageCount = "stages"
            case inputSize = "input_size"
            case labelNames = "label_names"
            case labels = "id2label"
            case labelCount = "num_classes"
        }
    }

    /// Whether an architecture of this name is one of these.
    static func isKnown(_ architecture: String) -> Bool { depth(of: architecture) != nil }

    private static func depth(of architecture: String) -> Int? {
        let words = architecture.lowercased().split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].hasPrefix("resnet"), words[1].contains("cifar") else { return nil }
        return Int(words[0].dropFirst("resnet".count))
    }

    init(_ file: File, path: String) throws(VisionModelError) {
        let limits = Limits(file: path)
        guard let depth = Self.depth(of: file.architecture) else {
            throw limits.invalid(.architecture, file.architecture, "resnet20 (cifar), or another depth")
        }
        if let size = file.inputSize {
            guard size.count == 3, size[0] == 3 else { throw limits.invalid(.inputSize, "\(size)", "3, height, width") }
        }
        let labels =
            if let names = file.labelNames, file.labels == nil { names } else {
                try LabelTable.labels(
                    file.labels, count: file.labelCount, file: path, key: File.CodingKeys.labels.rawValue,
                    countKey: File.CodingKeys.labelCount.rawValue)
            }
        guard (1...LabelTable.limit).contains(labels.count) else {
            throw limits.invalid(.labelNames, "of \(labels.count) classes", "1 to \(LabelTable.limit)")
        }
        self.init(depth: depth, labels: labels)
        width = file.width ?? 16
        stageCount = file.stageCount ?? 3
        mean = file.mean ?? mean
        deviation = file.deviation ?? deviation
        if let size = file.inputSize { inputSize = Extent2d(height: size[1], width: size[2]) }
        try validate(file: path)
    }

    var file: File {
        File(
            architecture: "resnet\(depth) (cifar, option A shortcuts)", width: width, stageCount: stageCount,
            inputSize: [3, inputSize.height, inputSize.width], mean: mean, deviation: deviation,
            labels: LabelTable(labels), labelCount: labels.count)
    }
}

/// ResNet for small pictures, with shortcuts without parameters (He et al. 2016, option A), and the names that are usual in
/// PyTorch: `layer1.0.conv1`, `linear`.
public struct SmallResNetModel: ImageClassificationModel {
    public let configuration: SmallResNetConfiguration
    private var trunk: SmallResNetTrunk
    private let classifier: Linear

    public init(_ configuration: SmallResNetConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        trunk = SmallResNetTrunk(configuration, in: store.root)
        classifier = Linear(configuration.featureWidth, configuration.labels.count, in: store.root / "linear")
        try store.verify()
    }

    public func features(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        globalAveragePool(trunk(pictures, mode: mode, updates: &updates))
    }

    public func logits(_ features: Tensor) -> Tensor { classifier(features) }

    public func folded() -> SmallResNetModel {
        var model = self
        model.trunk = trunk.folding()
        classifier.weight.weight.pack()
        return model
    }
}

/// Everything but the pooling and the last layer.
struct SmallResNetTrunk: LayeredBackbone {
    var stem: NormalizedConvolution
    var layers: [SmallResidualLayer] = []
    let maps: [BackboneMap]

    init(_ configuration: SmallResNetConfiguration, in root: ParameterScope) {
        stem = NormalizedConvolution(
            3, configuration.width, kernel: 3, activation: .relu, convolution: root / "conv1", norm: root / "bn1")
        var map = BackboneMap(stride: 1, width: configuration.width, layer: 0)
        var maps = [map]
        for stage in 0..<configuration.stageCount {
            for index in 0..<configuration.layersPerStage {
                let (outputs, stride) = (configuration.width << stage, stage > 0 && index == 0 ? 2 : 1)
                layers.append(
                    SmallResidualLayer(map.width, outputs, stride: stride, in: root / "layer\(stage + 1)" / index))
                map = BackboneMap(stride: map.stride * stride, width: outputs, layer: layers.count)
                maps.add(map)
            }
        }
        self.maps = maps
    }
}

/// As ``ResidualLayer`` of two convolutions; where the sizes differ, the shortcut takes every second pixel and fills up the
/// channels with zeros, half of them before and half behind.
struct SmallResidualLayer: BackboneLayer {
    private var first: NormalizedConvolution
    private var second: NormalizedConvolution
    private let stride: Int
    private let addedChannels: Int

    init(_ channels: Int, _ outputs: Int, stride: Int, in scope: ParameterScope) {
        first = NormalizedConvolution(
            channels, outputs, kernel: 3, stride: stride, activation: .relu, convolution: scope / "conv1",
            norm: scope / "bn1")
        second = NormalizedConvolution(
            outputs, outputs, kernel: 3, activation: .none, convolution: scope / "conv2", norm: scope / "bn2")
        self.stride = stride
        addedChannels = outputs - channels
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        let inner = second(first(x, mode: mode, updates: &updates), mode: mode, updates: &updates)
        return relu(add(inner, shortcut(x)))
    }

    private func shortcut(_ x: Tensor) -> Tensor {
        // The mean of one pixel is that pixel.
        let picked = stride == 1 ? x : averagePool2d(x, kernel: 1, stride: Extent2d(stride))
        guard addedChannels > 0 else { return picked }
        return pad(picked, axis: 3, before: addedChannels / 2, after: addedChannels - addedChannels / 2)
    }

    func folding() -> SmallResidualLayer {
        var layer = self
        layer.first = first.folding()
        layer.second = second.folding()
        return layer
    }
}
