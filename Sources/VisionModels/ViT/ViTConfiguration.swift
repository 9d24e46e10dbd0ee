import Checkpoints
public import FoundationEssentials
public import Images
public import Kernels
public import Parameters

/// The sizes of a Vision Transformer (Dosovitskiy et al. 2021), as in the `config.json` of its Hugging Face folder.
public struct ViTConfiguration: ImageClassificationConfiguration {
    /// `hidden_size`.
    public var width: Int
    /// `intermediate_size`.
    public var feedForward: Int
    public var layers: Int
    public var heads: Int
    /// `image_size`: of both sides of a picture.
    public var imageExtent: Int
    /// `patch_size`: of both sides of a patch.
    public var patchExtent: Int
    public var normEpsilon: Float = 1e-12
    /// `qkv_bias`.
    public var hasAttentionBias = true
    public var activation = Activation.gelu
    /// Of weights that begin at random.
    public var initialDeviation: Float = 0.02
    public var labels: [String]

    public init(
        width: Int, feedForward: Int, layers: Int, heads: Int, imageExtent: Int, patchExtent: Int, labels: [String]
    ) {
        self.width = width
        self.feedForward = feedForward
        self.layers = layers
        self.heads = heads
        self.imageExtent = imageExtent
        self.patchExtent = patchExtent
        self.labels = labels
    }

    public var architecture: String { "vit" }

    public var stages: [(name: String, prefixes: [String])] {
        [("stem", ["vit.embeddings."])]
            + (0..<layers).map { ("stage\($0 + 1)", ["vit.encoder.layer.\($0)."]) } + [("neck", ["vit.layernorm."])]
    }

    public var headName: String { "classifier" }

    public var preprocessing: ImagePreprocessing {
        ImagePreprocessing(
            width: imageExtent, height: imageExtent, framing: .stretched, interpolation: .bilinear,
            normalization: .symmetric)
    }

    public var takesAnySize: Bool { false }
    public var featureWidth: Int { width }
    var layerSizes: ViTLayer.Sizes {
        ViTLayer.Sizes(
            width: width, feedForward: feedForward, heads: heads, normEpsilon: normEpsilon,
            hasAttentionBias: hasAttentionBias, activation: activation, initialDeviation: initialDeviation)
    }
    var patchCount: Int { (imageExtent / patchExtent) * (imageExtent / patchExtent) }

    public func makeModel(in store: ParameterStore) throws -> any ImageClassificationModel {
        try ViTModel(self, in: store)
    }

    public func validate(file: String) throws(VisionModelError) {
        let limits = Limits(file: file)
        try limits.check(.width, width, 1...65_536)
        try limits.check(.feedForward, feedForward, 1...262_144)
        try limits.check(.layers, layers, 1...256)
        try limits.check(.heads, heads, 1...256)
        try limits.check(.imageExtent, imageExtent, 1...4_096)
        try limits.check(.patchExtent, patchExtent, 1...imageExtent)
        try limits.check(.normEpsilon, normEpsilon, 0...0.1)
        try limits.check(.initialDeviation, initialDeviation, 0...1)
        guard width.isMultiple(of: heads) else {
            throw limits.invalid(.heads, "\(heads)", "a divisor of hidden_size, which is \(width)")
        }
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

extension ViTConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, VisionModelError>

    /// `config.json` as it stands in a folder; what it does not say is as in the base model.
    struct File: Codable {
        var architectures: [String]?
        var modelType: String?
        var channels: Int?
        var width: Int?
        var feedForward: Int?
        var layers: Int?
        var heads: Int?
        var imageExtent: Int?
        var patchExtent: Int?
        var normEpsilon: Float?
        var hasAttentionBias: Bool?
        var activation: String?
        var initialDeviation: Float?
        var labels: LabelTable?
        var labelCount: Int?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
            case channels = "num_channels"
            case width = "hidden_size"
            case feedForward = "intermediate_size"
            case layers = "num_hidden_layers"
            case heads = "num_attention_heads"
            case imageExtent = "image_size"
            case patchExtent = "patch_size"
            case normEpsilon = "layer_norm_eps"
            case hasAttentionBias = "qkv_bias"
            case activation = "hidden_act"
            case initialDeviation = "initializer_range"
            case labels = "id2label"
            case labelCount = "num_labels"
        }
    }

    /// - Parameter path: what errors call the file.
    init(_ file: File, path: String) throws(VisionModelError) {
        let limits = Limits(file: path)
        if let channels = file.channels, channels != 3 { throw limits.invalid(.channels, "\(channels)", "3") }
        self.init(
            width: file.width ?? 768, feedForward: file.feedForward ?? 3_072, layers: file.layers ?? 12,
            heads: file.heads ?? 12, imageExtent: file.imageExtent ?? 224, patchExtent: file.patchExtent ?? 16,
            labels: try LabelTable.labels(
                file.labels, count: file.labelCount, file: path, key: File.CodingKeys.labels.rawValue,
                countKey: File.CodingKeys.labelCount.rawValue))
        normEpsilon = file.normEpsilon ?? 1e-12
        hasAttentionBias = file.hasAttentionBias ?? true
        initialDeviation = file.initialDeviation ?? 0.02
        if let name = file.activation { activation = try ViTLayer.activation(named: name, .activation, limits) }
        try validate(file: path)
    }

    var file: File {
        File(
            architectures: ["ViTForImageClassification"], modelType: "vit", channels: 3, width: width,
            feedForward: feedForward, layers: layers, heads: heads, imageExtent: imageExtent, patchExtent: patchExtent,
            normEpsilon: normEpsilon, hasAttentionBias: hasAttentionBias,
            activation: ViTLayer.name(of: activation),
            initialDeviation: initialDeviation,
            labels: LabelTable(labels))
    }
}
