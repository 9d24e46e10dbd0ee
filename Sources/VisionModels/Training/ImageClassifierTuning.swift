public import Checkpoints
import FoundationEssentials
public import Images
public import Parameters
public import Tensors
public import Training

/// A pretrained network made ready to tell other classes apart.
public struct ImageClassifierTuning: Sendable {
    public let model: any ImageClassificationModel
    public let parameters: ParameterStore
    public let preprocessing: ImagePreprocessing
    /// What makes a checkpoint a model that others can open.
    public let files: ModelFiles
    /// The classes that the pretrained network had, where its last layer was replaced.
    public let replacedClassCount: Int?
    /// The stages that stay as they are.
    public let frozenStages: [String]

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - labels: the classes to be told apart. Where they are not the model's own, its last layer begins at random.
    ///   - inputSize: height and width of the pictures; the model's own where nil.
    ///   - frozen: names of stages that stay as they are, their batch norms with the statistics that they have.
    ///   - random: of the new last layer.
    public init(
        _ folder: ModelFolder, labels: [String], inputSize: Int? = nil, freezing frozen: [String], random: RandomSource
    ) throws {
        let files = try ClassifierFiles(folder)
        var configuration = files.configuration
        let isNew = configuration.labels != labels
        replacedClassCount = isNew ? configuration.labels.count : nil
        configuration.labels = labels
        let prefixes = try FrozenStages.prefixes(of: frozen, among: configuration.stages, folder: files.folder)
        frozenStages = frozen
        parameters = ParameterStore(
            reading: files.weights,
            renewing: isNew ? ["\(configuration.headName).weight", "\(configuration.headName).bias"] : [],
            random: random, freezing: { name in prefixes.contains { name.hasPrefix($0) } })
        model = try fitted(from: files.folder) { [configuration, parameters] in
            try configuration.makeModel(in: parameters)
        }
        var preprocessing = files.preprocessing
        var others = try folder.companionFiles().filter { $0.key != "README.md" }
        if let inputSize, (preprocessing.width, preprocessing.height) != (inputSize, inputSize) {
            guard configuration.takesAnySize else {
                throw VisionModelError.sizeIsFixed(
                    folder: files.folder, width: preprocessing.width, height: preprocessing.height)
            }
            if case .shortSide(let side) = preprocessing.framing {
                preprocessing.framing = .shortSide(side * inputSize / preprocessing.height)
            }
            (preprocessing.width, preprocessing.height) = (inputSize, inputSize)
            others["preprocessor_config.json"] = try PreprocessorFile(preprocessing).json()
        }
        self.preprocessing = preprocessing
        self.files = ModelFiles(configuration: try configuration.json(), others: others)
    }
}
