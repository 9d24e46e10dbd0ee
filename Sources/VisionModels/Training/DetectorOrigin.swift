import Checkpoints
import FoundationEssentials
import Images
import Parameters

/// What the folder of a pretrained network gives a detector.
struct DetectorOrigin {
    /// What errors call the folder.
    let path: String
    let configuration: any ObjectDetectionConfiguration
    let preprocessing: ImagePreprocessing
    /// Under the detector's names.
    let weights: any TensorSource
    /// How the names of what the folder has begin, and of those of them that mean something else there.
    private let kept: String
    private let renewed: [String]

    init(_ folder: ModelFolder, labels: [String], frame: DetectionFrame) throws {
        let path = folder.url.path(percentEncoded: false)
        if let names = try folder.decode(ArchitectureNames.self, from: "config.json"), DetectorFiles.isDetector(names) {
            try self.init(DetectorFiles(folder), labels: labels, frame: frame, path: path)
        } else {
            try self.init(ClassifierFiles(folder), labels: labels, frame: frame, path: path)
        }
    }

    /// A detector, which is trained further.
    private init(_ files: DetectorFiles, labels: [String], frame: DetectionFrame, path: String) throws {
        var configuration = files.configuration
        let isSame = configuration.labels == labels
        (kept, renewed) = ("", isSame ? [] : configuration.classPrefixes)
        configuration.labels = labels
        let frame = frame.rounded(toMultipleOf: configuration.extentMultiple)
        if var pyramid = configuration as? PyramidDetectorConfiguration {
            (pyramid.inputWidth, pyramid.inputHeight) = (frame.width, frame.height)
            configuration = pyramid
        }
        self.configuration = configuration
        var preprocessing = files.preprocessing
        (preprocessing.width, preprocessing.height) = (frame.width, frame.height)
        // Pictures of a batch are of one size.
        preprocessing.framing = .fitted(fill: PyramidDetectorConfiguration.fill)
        (self.path, self.preprocessing, weights) = (path, preprocessing, files.weights)
    }

    /// A classifier, of which a new detector gets the convolutions.
    private init(_ files: ClassifierFiles, labels: [String], frame: DetectionFrame, path: String) throws {
        guard let backbone = BackboneConfiguration(files.configuration) else {
            throw VisionModelError.noBackbone(folder: path, architecture: files.configuration.architecture)
        }
        let configuration = PyramidDetectorConfiguration(
            backbone, labels: labels, inputWidth: frame.width, inputHeight: frame.height)
        var preprocessing = configuration.preprocessing
        preprocessing.normalization = files.preprocessing.normalization
        kept = PyramidDetectorModel.backboneName + "."
        (self.path, self.configuration, self.preprocessing, renewed) = (path, configuration, preprocessing, [])
        weights = Self.convolutions(of: files.weights, configuration, prefix: kept)
    }

    /// Whether a parameter begins at random.
    func isNew(_ name: String) -> Bool { !name.hasPrefix(kept) || renewed.contains { name.hasPrefix($0) } }

    /// The weights of a classifier that the backbone has too, under the detector's names.
    private static func convolutions(
        of weights: any TensorSource, _ configuration: PyramidDetectorConfiguration, prefix: String
    ) -> any TensorSource {
        let names = Set(
            weights.names.filter { name in
                configuration.stages.contains { $0.prefixes.contains { (prefix + name).hasPrefix($0) } }
            })
        return RenamedTensors(
            weights, names: Dictionary(uniqueKeysWithValues: names.map { ($0, prefix + $0) }),
            leavingOut: { !names.contains($0) })
    }
}
