import Checkpoints
public import FoundationEssentials
public import Images
public import Kernels
public import Parameters
import Tensors

/// The sizes of a FastestDet (github.com/dog-qiuqiu/FastestDet), as in the `config.json` beside its weights.
public struct FastestDetConfiguration: ObjectDetectionConfiguration {
    /// `stage_repeats`: blocks of each of the three stages.
    public var depths = [4, 8, 4]
    /// `stage_out_channels`: of the first convolution, and of each stage.
    public var widths = [24, 48, 96, 192]
    /// `input_size`: what pictures are stretched to.
    public var inputSize: Extent2d = 352
    /// `conf_threshold`, `nms_iou`.
    public var standardOptions = DetectionOptions(confidence: 0.65, overlap: 0.45)
    public var labels: [String]

    public init(labels: [String]) { self.labels = labels }

    public var architecture: String { "fastestdet" }
    public var needsSuppression: Bool { true }
    public var extentMultiple: Int { 32 }

    public var preprocessing: ImagePreprocessing {
        ImagePreprocessing(
            width: inputSize.width, height: inputSize.height, framing: .stretched, interpolation: .bilinear,
            isAntialiased: false, normalization: .unit)
    }

    /// Channels behind the pyramid, and in the heads.
    var headWidth: Int { widths[2] }

    public func makeModel(in store: ParameterStore) throws -> any ObjectDetectionModel {
        try FastestDetModel(self, in: store)
    }

    // It is not trained here.
    public var stages: [(name: String, prefixes: [String])] { [] }
    public var classPrefixes: [String] { [] }

    public func validate(file: String) throws(VisionModelError) {
        let limits = Limits(file: file)
        guard depths.count == 3 else { throw limits.invalid(.depths, "\(depths.count) numbers", "three") }
        guard widths.count == 4 else { throw limits.invalid(.widths, "\(widths.count) numbers", "four") }
        for depth in depths { try limits.check(.depths, depth, 1...256) }
        for width in widths { try limits.check(.widths, width, 1...8_192) }
        for (width, before) in zip(widths.dropFirst(), widths) where !width.isMultiple(of: 4) || width <= before {
            throw limits.invalid(
                .widths, "\(width) behind \(before)", "multiples of 4, each larger than the one before")
        }
        for extent in [inputSize.height, inputSize.width] {
            try limits.check(.inputSize, extent, 32...4_096)
            guard extent.isMultiple(of: 32) else { throw limits.invalid(.inputSize, "\(extent)", "multiples of 32") }
        }
        try limits.check(.confidence, Float(standardOptions.confidence), 0...1)
        try limits.check(.overlap, Float(standardOptions.overlap), 0...1)
        guard (1...LabelTable.limit).contains(labels.count) else {
            throw limits.invalid(.labelNames, "of \(labels.count) classes", "1 to \(LabelTable.limit)")
        }
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

extension FastestDetConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, VisionModelError>

    /// `config.json`; the original code has a file for a training run instead.
    struct File: Codable {
        var architecture: String?
        var depths: [Int]?
        var widths: [Int]?
        /// Channels, height, width.
        var inputSize: [Int]?
        var channelOrder: String?
        var scale: Float?
        var confidence: Double?
        var overlap: Double?
        var labelNames: [String]?
        var labels: LabelTable?
        var labelCount: Int?

        enum CodingKeys: String, CodingKey {
            case architecture
            case depths = "stage_repeats"
            case widths = "stage_out_channels"
            case inputSize = "input_size"
            case channelOrder = "channel_order"
            case scale
            case confidence = "conf_threshold"
            case overlap = "nms_iou"
            case labelNames = "label_names"
            case labels = "id2label"
            case labelCount = "num_classes"
        }
    }

    /// - Parameter path: what errors call the file.
    init(_ file: File, path: String) throws(VisionModelError) {
        let limits = Limits(file: path)
        let labels =
            if let names = file.labelNames, file.labels == nil {
                names
            } else if file.labels == nil,
                file.labelCount == COCOClasses.names.count
            {
                COCOClasses.names
            } else {
                try LabelTable.labels(
                    file.labels, count: file.labelCount, file: path, key: File.CodingKeys.labels.rawValue,
                    countKey: File.CodingKeys.labelCount.rawValue)
            }
        if let count = file.labelCount, count != labels.count {
            throw limits.invalid(.labelCount, "\(count)", "\(labels.count), as there are names")
        }
        if let order = file.channelOrder, order != "BGR" { throw limits.invalid(.channelOrder, order, "BGR") }
        if let scale = file.scale, abs(scale * 255 - 1) > 1e-4 { throw limits.invalid(.scale, "\(scale)", "1 / 255") }
        self.init(labels: labels)
        depths = file.depths ?? depths
        widths = file.widths ?? widths
        if let size = file.inputSize {
            guard size.count == 3, size[0] == 3 else { throw limits.invalid(.inputSize, "\(size)", "3, height, width") }
            inputSize = Extent2d(height: size[1], width: size[2])
        }
        standardOptions.confidence = file.confidence ?? standardOptions.confidence
        standardOptions.overlap = file.overlap ?? standardOptions.overlap
        try validate(file: path)
    }

    var file: File {
        File(
            architecture: "FastestDet", depths: depths, widths: widths,
            inputSize: [3, inputSize.height, inputSize.width], channelOrder: "BGR", scale: 1 / 255,
            confidence: standardOptions.confidence, overlap: standardOptions.overlap, labelNames: labels,
            labelCount: labels.count)
    }

    /// What weights without a configuration are of, told by their names and shapes; nil where they are of something else.
    init?(recognizing source: any TensorSource) {
        func outputs(_ name: String) -> Int? { source.shape(of: name).flatMap { $0.count == 4 ? $0[0] : nil } }
        guard let stem = outputs("backbone.first_conv.0.weight"),
            let classes = outputs("detect_head.cls_layers.conv5x5.3.weight"), (1...LabelTable.limit).contains(classes)
        else { return nil }
        self.init(labels: COCOClasses.standard(classes))
        (widths, depths) = ([stem], [])
        for stage in 2...4 {
            let block = "backbone.stage\(stage)"
            guard let kept = outputs("\(block).0.branch_proj.2.weight"),
                let added = outputs("\(block).0.branch_main.5.weight")
            else { return nil }
            widths.append(kept + added)
            depths.append((0...256).first { outputs("\(block).\($0).branch_main.0.weight") == nil } ?? 0)
        }
        do { try validate(file: "config.json") } catch { return nil }
    }
}
