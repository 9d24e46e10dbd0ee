import Checkpoints
public import FoundationEssentials
public import Images
public import Parameters

/// A detector on the convolutions of a classifier: a pyramid of maps, and at each of their points a thing or none.
public struct PyramidDetectorConfiguration: ObjectDetectionConfiguration {
    public static let modelType = "pyramid-detector"
    /// The grey beside a picture that does not fill its frame.
    static let fill: UInt8 = 114

    public var backbone: BackboneConfiguration
    /// Pixels of the picture for one of each map, from the largest map to the smallest; each twice that before it.
    public var strides = [8, 16, 32]
    /// Channels of the pyramid.
    public var width = 96
    /// Separable convolutions before what a point says, and as many before where the sides are.
    public var headDepth = 2
    public var labels: [String]
    /// Of the pictures, in pixels.
    public var inputWidth: Int
    public var inputHeight: Int

    public init(_ backbone: BackboneConfiguration, labels: [String], inputWidth: Int, inputHeight: Int) {
        (self.backbone, self.labels) = (backbone, labels)
        (self.inputWidth, self.inputHeight) = (inputWidth, inputHeight)
    }

    public var architecture: String { "\(Self.modelType) on \(backbone.classifier.architecture)" }
    public var needsSuppression: Bool { true }
    /// Maps that do not halve evenly are rounded up.
    public var extentMultiple: Int { 1 }

    public var preprocessing: ImagePreprocessing {
        ImagePreprocessing(
            width: inputWidth, height: inputHeight, framing: .fitted(fill: Self.fill), interpolation: .bilinear,
            normalization: backbone.classifier.preprocessing.normalization)
    }

    public var stages: [(name: String, prefixes: [String])] {
        // What widens before the pooling is no part of a backbone.
        backbone.classifier.stages.filter { $0.name != "neck" }.map { stage in
            (stage.name, stage.prefixes.map { PyramidDetectorModel.backboneName + "." + $0 })
        }
    }

    public var classPrefixes: [String] { strides.indices.map { "heads.\($0).classes." } }

    public func validate(file: String) throws(VisionModelError) {
        let limits = Limits(file: file)
        guard (1...6).contains(strides.count), [4, 8, 16, 32].contains(strides[0]),
            zip(strides, strides.dropFirst()).allSatisfy({ $1 == 2 * $0 })
        else { throw limits.invalid(.strides, "\(strides)", "8, 16, 32, or others, each twice the one before") }
        try limits.check(.width, width, 8...2_048)
        try limits.check(.headDepth, headDepth, 1...8)
        try limits.check(.inputSize, inputWidth, 32...8_192)
        try limits.check(.inputSize, inputHeight, 32...8_192)
        guard (1...LabelTable.limit).contains(labels.count) else {
            throw limits.invalid(.labels, "of \(labels.count) classes", "1 to \(LabelTable.limit)")
        }
        try backbone.classifier.validate(file: file)
    }

    public func makeModel(in store: ParameterStore) throws -> any ObjectDetectionModel {
        try PyramidDetectorModel(self, in: store)
    }

    public func json() throws -> Data { try configurationJSON(file) }
}

extension PyramidDetectorConfiguration {
    typealias Limits = ConfigurationLimits<File.CodingKeys, VisionModelError>

    /// `config.json`.
    struct File: Codable {
        var modelType: String
        var backbone: BackboneConfiguration.File
        var strides: [Int]
        var width: Int
        var headDepth: Int
        /// Width and height.
        var inputSize: [Int]
        var labels: LabelTable

        enum CodingKeys: String, CodingKey {
            case modelType = "model_type"
            case backbone
            case strides
            case width = "hidden_size"
            case headDepth = "head_layers"
            case inputSize = "input_size"
            case labels = "id2label"
        }
    }

    /// - Parameter path: what errors call the file.
    init(_ file: File, path: String) throws(VisionModelError) {
        guard file.inputSize.count == 2 else {
            throw Limits(file: path).invalid(.inputSize, "\(file.inputSize)", "width and height")
        }
        self.init(
            try BackboneConfiguration(file.backbone, path: path),
            labels: try file.labels.labels(file: path, key: File.CodingKeys.labels.rawValue),
            inputWidth: file.inputSize[0], inputHeight: file.inputSize[1])
        (strides, width, headDepth) = (file.strides, file.width, file.headDepth)
        try validate(file: path)
    }

    var file: File {
        File(
            modelType: Self.modelType, backbone: backbone.file, strides: strides, width: width, headDepth: headDepth,
            inputSize: [inputWidth, inputHeight], labels: LabelTable(labels))
    }
}
