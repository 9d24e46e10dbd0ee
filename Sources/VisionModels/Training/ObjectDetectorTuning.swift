public import Checkpoints
import FoundationEssentials
public import Images
public import Parameters
public import Tensors
public import Training

/// A pretrained network made ready to find things: a detector, or a classifier whose convolutions become a detector's.
public struct ObjectDetectorTuning: Sendable {
    public let model: any TrainableObjectDetectionModel
    public let parameters: ParameterStore
    public let preprocessing: ImagePreprocessing
    /// What makes a checkpoint a model that others can open.
    public let files: ModelFiles
    /// Numbers that begin at random.
    public let newParameterCount: Int

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - labels: the classes to be found. Where they are not the detector's own, what tells classes apart begins anew.
    ///   - frame: the size of the pictures; each extent becomes the next that is possible for the network.
    ///   - frozen: names of stages that stay as they are, their batch norms with the statistics that they have.
    ///   - random: of what begins anew.
    public init(
        _ folder: ModelFolder, labels: [String], frame: DetectionFrame, freezing frozen: [String] = [],
        random: RandomSource
    ) throws {
        let origin = try DetectorOrigin(folder, labels: labels, frame: frame)
        let configuration = origin.configuration
        try configuration.validate(file: "config.json")
        let outline = ParameterStore(random: random)
        guard try configuration.makeModel(in: outline) is any TrainableObjectDetectionModel else {
            throw VisionModelError.cannotLearn(folder: origin.path, architecture: configuration.architecture)
        }
        let renewed = outline.parameters.filter { origin.isNew($0.name) }
        newParameterCount = renewed.reduce(0) { $0 + $1.shape.elementCount }
        let prefixes = try FrozenStages.prefixes(of: frozen, among: configuration.stages, folder: origin.path)
        parameters = ParameterStore(
            reading: origin.weights, renewing: Set(renewed.map(\.name)), random: random,
            freezing: { name in prefixes.contains { name.hasPrefix($0) } })
        let made = try fitted(from: origin.path) { [parameters] in try configuration.makeModel(in: parameters) }
        guard let model = made as? any TrainableObjectDetectionModel else {
            preconditionFailure("a model that can learn cannot any more")
        }
        self.model = model
        preprocessing = origin.preprocessing
        files = ModelFiles(
            configuration: try configuration.json(),
            others: ["preprocessor_config.json": try PreprocessorFile(preprocessing).json()])
    }
}
