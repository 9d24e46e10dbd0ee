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

    init(_ model: ModelFolder) throws {
        folder = model.url.path(percentEncoded: false)
        let path = model.url.appending(path: "config.json").path(percentEncoded: false)
        let stored = try model.openWeights()
        func read<File: Decodable>(_ type: File.Type) throws -> File { try model.configuration(type) }
        guard let names = try model.decode(ArchitectureNames.self, from: "config.json") else {
            guard let found = RecognizedWeights(stored) else {
                throw VisionModelError.unknownWeights(
                    folder: folder, known: ["EfficientNet-Lite", "ResNet", "ViT"])
            }
            (configuration, weights) = (found.configuration, found.weights)
            preprocessing = found.configuration.preprocessing
            return
        }
        let stated = names.stated
        if names.isOne(of: "ResNetForImageClassification", "resnet") {
            configuration = try ResNetConfiguration(read(ResNetConfiguration.File.self), path: path)
            weights = stored
        } else if names.isOne(of: "ViTForImageClassification", "vit") {
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
        preprocessing = try model.preprocessing(
            standard: configuration.preprocessing, takesAnySize: configuration.takesAnySize)
    }

    func loadModel() throws -> any ImageClassificationModel {
        try fitted(from: folder) { try configuration.makeModel(in: ParameterStore(reading: weights)) }
    }
}
