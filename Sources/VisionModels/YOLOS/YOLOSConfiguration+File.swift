import Checkpoints
import Kernels

extension YOLOSLossWeights {
    var byKey: [(YOLOSConfiguration.File.CodingKeys, Float)] {
        [
            (.classCost, classCost), (.boxCost, boxCost), (.intersectionCost, intersectionCost), (.boxLoss, box),
            (.intersectionLoss, intersection), (.nothing, nothing),
        ]
    }
}

extension YOLOSConfiguration {
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
        /// Height and width.
        var imageSize: [Int]?
        var patchExtent: Int?
        var detectionTokens: Int?
        var hasMiddlePositions: Bool?
        var normEpsilon: Float?
        var hasAttentionBias: Bool?
        var activation: String?
        var initialDeviation: Float?
        var countsEveryLayer: Bool?
        var classCost: Float?
        var boxCost: Float?
        var intersectionCost: Float?
        var boxLoss: Float?
        var intersectionLoss: Float?
        var nothing: Float?
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
            case imageSize = "image_size"
            case patchExtent = "patch_size"
            case detectionTokens = "num_detection_tokens"
            case hasMiddlePositions = "use_mid_position_embeddings"
            case normEpsilon = "layer_norm_eps"
            case hasAttentionBias = "qkv_bias"
            case activation = "hidden_act"
            case initialDeviation = "initializer_range"
            case countsEveryLayer = "auxiliary_loss"
            case classCost = "class_cost"
            case boxCost = "bbox_cost"
            case intersectionCost = "giou_cost"
            case boxLoss = "bbox_loss_coefficient"
            case intersectionLoss = "giou_loss_coefficient"
            case nothing = "eos_coefficient"
            case labels = "id2label"
            case labelCount = "num_labels"
        }
    }

    /// - Parameter path: what errors call the file.
    init(_ file: File, path: String) throws(VisionModelError) {
        let limits = Limits(file: path)
        if let channels = file.channels, channels != 3 { throw limits.invalid(.channels, "\(channels)", "3") }
        let size = file.imageSize ?? [512, 864]
        guard size.count == 2 else { throw limits.invalid(.imageSize, "\(size)", "height and width") }
        self.init(
            width: file.width ?? 768, feedForward: file.feedForward ?? 3_072, layers: file.layers ?? 12,
            heads: file.heads ?? 12, imageSize: Extent2d(height: size[0], width: size[1]),
            patchExtent: file.patchExtent ?? 16,
            labels: try LabelTable.labels(
                file.labels, count: file.labelCount, file: path, key: File.CodingKeys.labels.rawValue,
                countKey: File.CodingKeys.labelCount.rawValue))
        detectionTokens = file.detectionTokens ?? 100
        hasMiddlePositions = file.hasMiddlePositions ?? true
        normEpsilon = file.normEpsilon ?? 1e-12
        hasAttentionBias = file.hasAttentionBias ?? true
        initialDeviation = file.initialDeviation ?? 0.02
        if let name = file.activation { activation = try ViTLayer.activation(named: name, .activation, limits) }
        lossWeights.classCost = file.classCost ?? lossWeights.classCost
        lossWeights.boxCost = file.boxCost ?? lossWeights.boxCost
        lossWeights.intersectionCost = file.intersectionCost ?? lossWeights.intersectionCost
        lossWeights.box = file.boxLoss ?? lossWeights.box
        lossWeights.intersection = file.intersectionLoss ?? lossWeights.intersection
        lossWeights.nothing = file.nothing ?? lossWeights.nothing
        lossWeights.countsEveryLayer = file.countsEveryLayer ?? false
        try validate(file: path)
    }

    var file: File {
        File(
            architectures: ["YolosForObjectDetection"], modelType: "yolos", channels: 3, width: width,
            feedForward: feedForward, layers: layers, heads: heads, imageSize: [imageSize.height, imageSize.width],
            patchExtent: patchExtent, detectionTokens: detectionTokens, hasMiddlePositions: hasMiddlePositions,
            normEpsilon: normEpsilon, hasAttentionBias: hasAttentionBias,
            activation: ViTLayer.name(of: activation),
            initialDeviation: initialDeviation, countsEveryLayer: lossWeights.countsEveryLayer,
            classCost: lossWeights.classCost, boxCost: lossWeights.boxCost,
            intersectionCost: lossWeights.intersectionCost, boxLoss: lossWeights.box,
            intersectionLoss: lossWeights.intersection, nothing: lossWeights.nothing, labels: LabelTable(labels))
    }
}
