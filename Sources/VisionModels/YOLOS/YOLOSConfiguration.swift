import Checkpoints
public import FoundationEssentials
public import Images
public import Kernels
public import Parameters

/// The sizes of a YOLOS (Fang et al. 2021, "You Only Look at One Sequence"), as in the `config.json` of its Hugging Face
/// folder.
public struct YOLOSConfiguration: ObjectDetectionConfiguration {
    /// `hidden_size`.
    public var width: Int
    /// `intermediate_size`.
    public var feedForward: Int
    public var layers: Int
    public var heads: Int
    /// `image_size`: the picture for whose patches positions are stored; others interpolate them.
    public var imageSize: Extent2d
    /// `patch_size`: of both sides of a patch.
    public var patchExtent: Int
    /// `num_detection_tokens`: the most things that are found in a picture.
    public var detectionTokens = 100
    /// `use_mid_position_embeddings`: whether positions are added behind every layer but the last too.
    public var hasMiddlePositions = true
    public var normEpsilon: Float = 1e-12
    /// `qkv_bias`.
    public var hasAttentionBias = true
    public var activation = Activation.gelu
    /// Of weights that begin at random.
    public var initialDeviation: Float = 0.02
    public var lossWeights = YOLOSLossWeights()
    public var labels: [String]

    public init(
        width: Int, feedForward: Int, layers: Int, heads: Int, imageSize: Extent2d, patchExtent: Int, labels: [String]
    ) {
        (self.width, self.feedForward, self.layers, self.heads) = (width, feedForward, layers, heads)
        (self.imageSize, self.patchExtent, self.labels) = (imageSize, patchExtent, labels)
    }

    public var architecture: String { "yolos" }
    /// Each thing has one token, which training has taught to leave those of others alone.
    public var needsSuppression: Bool { false }
    public var extentMultiple: Int { patchExtent }
    public var standardOptions: DetectionOptions { DetectionOptions(confidence: 0.7, overlap: 0.5) }

    public var preprocessing: ImagePreprocessing {
        let long = max(patchExtent, 1_333 - 1_333 % patchExtent)
        return ImagePreprocessing(
            width: long, height: long,
            framing: .bounded(
                short: max(patchExtent, min(800, long)), long: max(1_333, patchExtent), multiple: patchExtent),
            interpolation: .bilinear, normalization: .imageNet)
    }

    public var stages: [(name: String, prefixes: [String])] {
        [("stem", ["vit.embeddings."])]
            + (0..<layers).map { ("stage\($0 + 1)", ["vit.encoder.layer.\($0)."]) }
            + [("neck", ["vit.encoder.mid_position_embeddings", "vit.layernorm."])]
    }

    public var classPrefixes: [String] { ["class_labels_classifier.layers.2."] }

    var layerSizes: ViTLayer.Sizes {
        ViTLayer.Sizes(
            width: width, feedForward: feedForward, heads: heads, normEpsilon: normEpsilon,
            hasAttentionBias: hasAttentionBias, activation: activation, initialDeviation: initialDeviation)
    }

    /// Patches of the picture that positions are stored for.
    var grid: Extent2d {
        Extent2d(height: imageSize.height / patchExtent, width: imageSize.width / patchExtent)
    }

    public func makeModel(in store: ParameterStore) throws -> any ObjectDetectionModel {
        try YOLOSModel(self, in: store)
    }

    public func validate(file: String) throws(VisionModelError) {
        let limits = Limits(file: file)
        try limits.check(.width, width, 1...65_536)
        try limits.check(.feedForward, feedForward, 1...262_144)
        try limits.check(.layers, layers, 1...256)
        try limits.check(.heads, heads, 1...256)
        try limits.check(.imageSize, imageSize.height, 1...4_096)
        try limits.check(.imageSize, imageSize.width, 1...4_096)
        try limits.check(.patchExtent, patchExtent, 1...min(imageSize.height, imageSize.width))
        try limits.check(.detectionTokens, detectionTokens, 1...10_000)
        try limits.check(.normEpsilon, normEpsilon, 0...0.1)
        try limits.check(.initialDeviation, initialDeviation, 0...1)
        guard width.isMultiple(of: heads) else {
            throw limits.invalid(.heads, "\(heads)", "a divisor of hidden_size, which is \(width)")
        }
        for (key, value) in lossWeights.byKey { try limits.check(key, value, 0...1_000) }
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

/// What counts how much in YOLOS's loss, and in what decides which token stands for which thing.
public struct YOLOSLossWeights: Sendable, Hashable {
    /// `class_cost`, `bbox_cost`, `giou_cost`: of the probability, of the distance, and of the intersection, in the matching.
    public var classCost: Float = 1
    public var boxCost: Float = 5
    public var intersectionCost: Float = 2
    /// `bbox_loss_coefficient`, `giou_loss_coefficient`; the loss of the class counts once.
    public var box: Float = 5
    public var intersection: Float = 2
    /// `eos_coefficient`: how much a token counts that stands for nothing.
    public var nothing: Float = 0.1
    /// `auxiliary_loss`: whether every layer's tokens have to tell the same.
    public var countsEveryLayer = false

    public init() {}
}
