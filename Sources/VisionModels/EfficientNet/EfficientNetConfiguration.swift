import Checkpoints
public import FoundationEssentials
public import Images
public import Parameters

/// An EfficientNet-Lite, as in the `config.json` of a `timm` folder.
public struct EfficientNetConfiguration: ImageClassificationConfiguration {
    public var variant: EfficientNetVariant
    public var labels: [String]
    /// The grey level of a channel that becomes 0, and the distance from it that becomes 1.
    public var mean: [Float] = [127, 127, 127]
    public var deviation: [Float] = [128, 128, 128]
    /// The part of a picture's short side that is looked at.
    public var cropFraction = 0.875

    static let stemWidth = 32
    static let headWidth = 1_280

    public init(_ variant: EfficientNetVariant, labels: [String]) {
        self.variant = variant
        self.labels = labels
    }

    public var architecture: String { variant.architecture }

    public var stages: [(name: String, prefixes: [String])] {
        [("stem", ["conv_stem.", "bn1."])]
            + variant.stages.indices.map { ("stage\($0 + 1)", ["blocks.\($0)."]) } + [("neck", ["conv_head.", "bn2."])]
    }

    public var headName: String { "classifier" }

    public var preprocessing: ImagePreprocessing {
        ImagePreprocessing(
            width: variant.inputExtent, height: variant.inputExtent, framing: .centerSquare(fraction: cropFraction),
            interpolation: .bicubic,
            normalization: PixelNormalization(scale: 1, mean: mean, deviation: deviation))
    }

    public var takesAnySize: Bool { true }
    public var featureWidth: Int { Self.headWidth }

    public func makeModel(in store: ParameterStore) throws -> any ImageClassificationModel {
        try EfficientNetModel(self, in: store)
    }

    public func validate(file: String) throws(VisionModelError) {
        try Limits(file: file).check(.labelCount, labels.count, 1...LabelTable.limit)
        let limits = ConfigurationLimits<File.Pretrained.CodingKeys, VisionModelError>(file: file)
        try limits.check(.cropFraction, cropFraction, 0.01...1)
        try limits.checkChannels(.mean, mean, mayBeZero: true)
        try limits.checkChannels(.deviation, deviation, mayBeZero: false)
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

extension EfficientNetConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, VisionModelError>

    /// `config.json` as `timm` writes it, with Hugging Face's table of classes in addition.
    struct File: Codable {
        struct Pretrained: Codable {
            /// Of numbers from 0 to 1.
            var mean: [Float]?
            var deviation: [Float]?
            var cropFraction: Double?

            enum CodingKeys: String, CodingKey {
                case mean
                case deviation = "std"
                case cropFraction = "crop_pct"
            }
        }

        var architecture: String
        var labelCount: Int?
        var labelNames: [String]?
        var labels: LabelTable?
        var pretrained: Pretrained?

        enum CodingKeys: String, CodingKey {
            case architecture
            case labelCount = "num_classes"
            case labelNames = "label_names"
            case labels = "id2label"
            case pretrained = "pretrained_cfg"
        }
    }

    init(_ file: File, path: String) throws(VisionModelError) {
        guard let variant = EfficientNetVariant(architecture: file.architecture) else {
            throw Limits(file: path).invalid(
                .architecture, file.architecture,
                EfficientNetVariant.allCases.map(\.architecture).joined(separator: ", "))
        }
        let count = file.labelCount ?? ImageNetClasses.count
        let labels =
            if let names = file.labelNames, file.labels == nil, names.count == count {
                names
            } else if file.labels == nil, count == ImageNetClasses.count {
                ImageNetClasses.names
            } else {
                try LabelTable.labels(
                    file.labels, count: count, file: path, key: File.CodingKeys.labels.rawValue,
                    countKey: File.CodingKeys.labelCount.rawValue)
            }
        self.init(variant, labels: labels)
        // Grey levels there are from 0 to 1.
        if let mean = file.pretrained?.mean { self.mean = mean.map { 255 * $0 } }
        if let deviation = file.pretrained?.deviation { self.deviation = deviation.map { 255 * $0 } }
        if let fraction = file.pretrained?.cropFraction { cropFraction = fraction }
        try validate(file: path)
    }

    var file: File {
        File(
            architecture: variant.architecture, labelCount: labels.count, labels: LabelTable(labels),
            pretrained: File.Pretrained(
                mean: mean.map { $0 / 255 }, deviation: deviation.map { $0 / 255 }, cropFraction: cropFraction))
    }

    /// What weights without a configuration are of, told by their names and shapes; nil where they are of something else.
    init?(recognizing source: some TensorSource) {
        let names = Set(source.names)
        for variant in EfficientNetVariant.allCases {
            let table = EfficientNetImportTable.original(variant)
            let isOriginal = names.contains("_conv_stem.weight")
            func shape(_ name: String) -> [Int]? {
                source.shape(of: isOriginal ? table[name] ?? name : name).map(Array.init)
            }
            guard let classes = shape("classifier.weight")?.first, classes > 0, classes <= LabelTable.limit,
                let last = variant.stages.last,
                shape("conv_head.weight") == [Self.headWidth, last.outputs, 1, 1]
            else { continue }
            // Two variants may be equally wide: then all blocks must be there, and no more.
            let wanted = table.keys.filter { $0.hasPrefix("blocks.") && $0.hasSuffix(".weight") }
            let stored = names.filter {
                $0.hasPrefix(isOriginal ? "_blocks." : "blocks.") && $0.hasSuffix(".weight")
            }
            guard wanted.count == stored.count, wanted.allSatisfy({ shape($0) != nil }) else { continue }
            self.init(
                variant,
                labels: classes == ImageNetClasses.count
                    ? ImageNetClasses.names : (0..<classes).map { "class \($0)" })
            return
        }
        return nil
    }
}
