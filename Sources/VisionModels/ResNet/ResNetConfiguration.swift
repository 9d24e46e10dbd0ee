import Checkpoints
public import FoundationEssentials
public import Images
public import Parameters

/// The sizes of a ResNet (He et al. 2016, "Deep Residual Learning for Image Recognition"), as in the `config.json` of its
/// Hugging Face folder.
public struct ResNetConfiguration: ImageClassificationConfiguration {
    public enum LayerKind: String, Sendable, Codable, CaseIterable {
        /// Two convolutions of 3 × 3.
        case basic
        /// 1 × 1, 3 × 3 with a quarter of the channels, 1 × 1.
        case bottleneck
    }

    /// `embedding_size`: channels behind the first convolution.
    public var stemWidth = 64
    /// `hidden_sizes`: channels of each stage.
    public var widths: [Int]
    /// `depths`: layers of each stage.
    public var depths: [Int]
    public var layerKind: LayerKind
    /// `downsample_in_first_stage`.
    public var firstStageHalves = false
    /// `downsample_in_bottleneck`: whether the first of a bottleneck's convolutions takes the steps, not the second.
    public var firstConvolutionStrides = false
    public var labels: [String]

    public init(widths: [Int], depths: [Int], layerKind: LayerKind, labels: [String]) {
        self.widths = widths
        self.depths = depths
        self.layerKind = layerKind
        self.labels = labels
    }

    public static func resNet18(labels: [String]) -> ResNetConfiguration {
        ResNetConfiguration(widths: [64, 128, 256, 512], depths: [2, 2, 2, 2], layerKind: .basic, labels: labels)
    }

    public static func resNet34(labels: [String]) -> ResNetConfiguration {
        ResNetConfiguration(widths: [64, 128, 256, 512], depths: [3, 4, 6, 3], layerKind: .basic, labels: labels)
    }

    public static func resNet50(labels: [String]) -> ResNetConfiguration {
        ResNetConfiguration(
            widths: [256, 512, 1024, 2048], depths: [3, 4, 6, 3], layerKind: .bottleneck, labels: labels)
    }

    public var architecture: String { "resnet" }

    public var stages: [(name: String, prefixes: [String])] {
        [("stem", ["resnet.embedder."])]
            + depths.indices.map { ("stage\($0 + 1)", ["resnet.encoder.stages.\($0)."]) }
    }

    public var headName: String { "classifier.1" }

    public var preprocessing: ImagePreprocessing {
        ImagePreprocessing(
            width: 224, height: 224, framing: .shortSide(256), interpolation: .bilinear, normalization: .imageNet)
    }

    public var takesAnySize: Bool { true }
    public var featureWidth: Int { widths.last ?? 0 }

    public func makeModel(in store: ParameterStore) throws -> any ImageClassificationModel {
        try ResNetModel(self, in: store)
    }

    public func validate(file: String) throws(VisionModelError) {
        let limits = Limits(file: file)
        try limits.check(.stemWidth, stemWidth, 1...8_192)
        guard (1...16).contains(widths.count), widths.count == depths.count else {
            throw limits.invalid(.depths, "\(depths.count) numbers", "one for each of hidden_sizes, at most 16")
        }
        for width in widths {
            try limits.check(.widths, width, 1...65_536)
            guard layerKind == .basic || width.isMultiple(of: 4) else {
                throw limits.invalid(.widths, "\(width)", "multiples of 4")
            }
        }
        for depth in depths { try limits.check(.depths, depth, 1...256) }
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

extension ResNetConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, VisionModelError>

    /// `config.json` as it stands in a folder.
    struct File: Codable {
        var architectures: [String]?
        var modelType: String?
        var channels: Int?
        var stemWidth: Int?
        var widths: [Int]?
        var depths: [Int]?
        var layerKind: String?
        var activation: String?
        var firstStageHalves: Bool?
        var firstConvolutionStrides: Bool?
        var labels: LabelTable?
        var labelCount: Int?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
            case channels = "num_channels"
            case stemWidth = "embedding_size"
            case widths = "hidden_sizes"
            case depths
            case layerKind = "layer_type"
            case activation = "hidden_act"
            case firstStageHalves = "downsample_in_first_stage"
            case firstConvolutionStrides = "downsample_in_bottleneck"
            case labels = "id2label"
            case labelCount = "num_labels"
        }
    }

    /// - Parameter path: what errors call the file.
    init(_ file: File, path: String) throws(VisionModelError) {
        let limits = Limits(file: path)
        if let channels = file.channels, channels != 3 { throw limits.invalid(.channels, "\(channels)", "3") }
        if let activation = file.activation, activation != "relu" {
            throw limits.invalid(.activation, activation, "relu")
        }
        let kind = file.layerKind ?? LayerKind.bottleneck.rawValue
        guard let layerKind = LayerKind(rawValue: kind) else {
            throw limits.invalid(.layerKind, kind, LayerKind.allCases.map(\.rawValue).joined(separator: " or "))
        }
        self.init(
            widths: file.widths ?? [256, 512, 1024, 2048], depths: file.depths ?? [3, 4, 6, 3], layerKind: layerKind,
            labels: try LabelTable.labels(
                file.labels, count: file.labelCount, file: path, key: File.CodingKeys.labels.rawValue,
                countKey: File.CodingKeys.labelCount.rawValue))
        stemWidth = file.stemWidth ?? 64
        firstStageHalves = file.firstStageHalves ?? false
        firstConvolutionStrides = file.firstConvolutionStrides ?? false
        try validate(file: path)
    }

    var file: File {
        File(
            architectures: ["ResNetForImageClassification"], modelType: "resnet", channels: 3, stemWidth: stemWidth,
            widths: widths, depths: depths, layerKind: layerKind.rawValue, activation: "relu",
            firstStageHalves: firstStageHalves, firstConvolutionStrides: firstConvolutionStrides,
            labels: LabelTable(labels))
    }
}
