public import Checkpoints
import FoundationEssentials
public import Images
public import Parameters
public import Tensors
public import Training

/// A pretrained network made ready to find things: a detector, or a classifier whose convolutions become a detector's.
public struct ObjectDetectorTuning: Sendable {
    public let model: PyramidDetectorModel
    public let parameters: ParameterStore
    public let preprocessing: ImagePreprocessing
    /// What makes a checkpoint a model that others can open.
    public let files: ModelFiles
    /// Numbers that begin at random.
    public let newParameterCount: Int

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - labels: the classes to be found.
    ///   - inputWidth: of the pictures, in pixels.
    ///   - frozen: names of stages that stay as they are, their batch norms with the statistics that they have.
    ///   - random: of what begins anew.
    public init(
        _ folder: ModelFolder, labels: [String], inputWidth: Int, inputHeight: Int, freezing frozen: [String] = [],
        random: RandomSource
    ) throws {
        let origin = try Origin(folder, labels: labels, inputWidth: inputWidth, inputHeight: inputHeight)
        let configuration = origin.configuration
        try configuration.validate(file: "config.json")
        // All names, for those that are not stored must begin at random.
        let outline = ParameterStore(random: random)
        _ = try PyramidDetectorModel(configuration, in: outline)
        let stored = origin.weights
        let renewed = outline.parameters.filter { stored.shape(of: $0.name) != $0.shape }
        newParameterCount = renewed.reduce(0) { $0 + $1.shape.elementCount }
        let prefixes = try Self.prefixes(of: frozen, configuration, folder: origin.path)
        parameters = ParameterStore(
            reading: stored, renewing: Set(renewed.map(\.name)), random: random,
            freezing: { name in prefixes.contains { name.hasPrefix($0) } })
        do {
            model = try PyramidDetectorModel(configuration, in: parameters)
        } catch let mismatch as ParameterMismatch {
            throw VisionModelError.weightsDoNotFit(folder: origin.path, mismatch)
        }
        preprocessing = origin.preprocessing
        files = ModelFiles(
            configuration: try configuration.json(),
            others: ["preprocessor_config.json": try PreprocessorFile(preprocessing).json()])
    }

    private static func prefixes(
        of stages: [String], _ configuration: PyramidDetectorConfiguration, folder: String
    ) throws(VisionModelError) -> [String] {
        let known = configuration.stages
        if stages == [ImageClassifierTuning.wholeBackbone] { return known.flatMap(\.prefixes) }
        var prefixes: [String] = []
        for name in stages {
            guard let stage = known.first(where: { $0.name == name }) else {
                throw .unknownStage(
                    name, folder: folder, known: [ImageClassifierTuning.wholeBackbone] + known.map(\.name))
            }
            prefixes += stage.prefixes
        }
        return prefixes
    }
}

extension ObjectDetectorTuning {
    /// What a folder gives a new detector.
    private struct Origin {
        let path: String
        let configuration: PyramidDetectorConfiguration
        let preprocessing: ImagePreprocessing
        /// Under the detector's names.
        let weights: any TensorSource

        init(_ folder: ModelFolder, labels: [String], inputWidth: Int, inputHeight: Int) throws {
            path = folder.url.path(percentEncoded: false)
            var preprocessing: ImagePreprocessing
            if let names = try folder.decode(ArchitectureNames.self, from: "config.json"),
                DetectorFiles.isDetector(names)
            {
                let files = try DetectorFiles(folder)
                guard var configuration = files.configuration as? PyramidDetectorConfiguration else {
                    throw VisionModelError.noBackbone(folder: path, architecture: files.configuration.architecture)
                }
                (configuration.inputWidth, configuration.inputHeight) = (inputWidth, inputHeight)
                configuration.labels = labels
                (self.configuration, weights) = (configuration, files.weights)
                preprocessing = files.preprocessing
                (preprocessing.width, preprocessing.height) = (inputWidth, inputHeight)
            } else {
                let files = try ClassifierFiles(folder)
                guard let backbone = BackboneConfiguration(files.configuration) else {
                    throw VisionModelError.noBackbone(folder: path, architecture: files.configuration.architecture)
                }
                configuration = PyramidDetectorConfiguration(
                    backbone, labels: labels, inputWidth: inputWidth, inputHeight: inputHeight)
                weights = Self.backbone(of: files.weights, configuration)
                preprocessing = configuration.preprocessing
                preprocessing.normalization = files.preprocessing.normalization
            }
            self.preprocessing = preprocessing
        }

        /// The weights of a classifier that the backbone has too, under the detector's names.
        private static func backbone(
            of weights: any TensorSource, _ configuration: PyramidDetectorConfiguration
        ) -> any TensorSource {
            let prefixes = configuration.backbone.classifier.stages.filter { $0.name != "neck" }.flatMap(\.prefixes)
            let names = weights.names.filter { name in prefixes.contains { name.hasPrefix($0) } }
            let known = Set(names)
            return RenamedTensors(
                weights,
                names: Dictionary(
                    uniqueKeysWithValues: names.map { ($0, "\(PyramidDetectorModel.backboneName).\($0)") }),
                leavingOut: { !known.contains($0) })
        }
    }
}
