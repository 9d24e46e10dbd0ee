import Checkpoints
import FoundationEssentials
import Images
import Parameters

/// What a model folder holds: the configuration of a network, how it wants its pictures, and its weights under the
/// network's own names.
struct ClassifierFiles {
    let folder: String
    let configuration: any ImageClassificationConfiguration
    let preprocessing: ImagePreprocessing
    let weights: any TensorSource

    static let known =
        ["ResNetForImageClassification", "ViTForImageClassification"]
        + EfficientNetVariant.allCases.map(\.architecture)
        + [20, 32, 56].map { "resnet\($0) (cifar, option A shortcuts)" }

    /// Every name that a configuration may have for an architecture.
    private struct Names: Decodable {
        let architectures: [String]?
        let modelType: String?
        /// Of `timm`.
        let architecture: String?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
            case architecture
        }
    }

    init(_ model: ModelFolder) throws {
        folder = model.url.path(percentEncoded: false)
        let path = model.url.appending(path: "config.json").path(percentEncoded: false)
        let stored = try model.openWeights()
        func read<File: Decodable>(_ type: File.Type) throws -> File {
            guard let file = try model.decode(type, from: "config.json") else {
                preconditionFailure("config.json was there and is not")
            }
            return file
        }
        guard let names = try model.decode(Names.self, from: "config.json") else {
            guard let found = RecognizedWeights(stored) else {
                throw VisionModelError.unknownWeights(folder: folder)
            }
            (configuration, weights) = (found.configuration, found.weights)
            preprocessing = found.configuration.preprocessing
            return
        }
        let stated = [names.architecture, names.architectures?.first, names.modelType].compactMap { $0 }
        if stated.contains(where: { ["ResNetForImageClassification", "resnet"].contains($0) }) {
            configuration = try ResNetConfiguration(read(ResNetConfiguration.File.self), path: path)
            weights = stored
        } else if stated.contains(where: { ["ViTForImageClassification", "vit"].contains($0) }) {
            configuration = try ViTConfiguration(read(ViTConfiguration.File.self), path: path)
            weights = stored
        } else if stated.contains(where: { EfficientNetVariant(architecture: $0) != nil }) {
            let found = try EfficientNetConfiguration(read(EfficientNetConfiguration.File.self), path: path)
            configuration = found
            weights = EfficientNetImportTable.presented(stored, found)
        } else if stated.contains(where: SmallResNetConfiguration.isKnown) {
            configuration = try SmallResNetConfiguration(read(SmallResNetConfiguration.File.self), path: path)
            weights = stored
        } else {
            throw VisionModelError.unsupportedArchitecture(
                name: stated.first ?? "unknown", folder: folder, known: Self.known)
        }
        let fileName = "preprocessor_config.json"
        preprocessing =
            try model.decode(PreprocessorFile.self, from: fileName)?.preprocessing(
                standard: configuration.preprocessing, takesAnySize: configuration.takesAnySize,
                path: model.url.appending(path: fileName).path(percentEncoded: false)) ?? configuration.preprocessing
    }

    func loadModel() throws -> any ImageClassificationModel {
        do {
            return try configuration.makeModel(in: ParameterStore(reading: weights))
        } catch let mismatch as ParameterMismatch {
            throw VisionModelError.weightsDoNotFit(folder: folder, mismatch)
        }
    }
}
