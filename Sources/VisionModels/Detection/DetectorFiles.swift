import Checkpoints
import FoundationEssentials
import Images
import Parameters

/// What the folder of a model that finds things holds: the configuration of a network, how it wants its pictures, and its
/// weights under the network's own names.
struct DetectorFiles {
    let folder: String
    let configuration: any ObjectDetectionConfiguration
    let preprocessing: ImagePreprocessing
    let weights: any TensorSource

    static let known = ["YolosForObjectDetection", "FastestDet", PyramidDetectorConfiguration.modelType]

    /// Whether a configuration is that of a network that finds things.
    static func isDetector(_ names: ArchitectureNames) -> Bool {
        names.isOne(of: "yolos") || known.contains { names.isOne(of: $0, $0.lowercased()) }
    }

    init(_ model: ModelFolder) throws {
        folder = model.url.path(percentEncoded: false)
        let path = model.url.appending(path: "config.json").path(percentEncoded: false)
        weights = try model.openWeights()
        guard let names = try model.decode(ArchitectureNames.self, from: "config.json") else {
            guard let found = FastestDetConfiguration(recognizing: weights) else {
                throw VisionModelError.unknownWeights(folder: folder, known: ["FastestDet"])
            }
            (configuration, preprocessing) = (found, found.preprocessing)
            return
        }
        if names.isOne(of: "FastestDet", "fastestdet") {
            configuration = try FastestDetConfiguration(
                model.configuration(FastestDetConfiguration.File.self), path: path)
        } else if names.isOne(of: PyramidDetectorConfiguration.modelType) {
            configuration = try PyramidDetectorConfiguration(
                model.configuration(PyramidDetectorConfiguration.File.self), path: path)
        } else if names.isOne(of: "YolosForObjectDetection", "yolos") {
            configuration = try YOLOSConfiguration(model.configuration(YOLOSConfiguration.File.self), path: path)
        } else {
            throw VisionModelError.unsupportedArchitecture(
                name: names.stated.first ?? "unknown", folder: folder, known: Self.known)
        }
        preprocessing = try model.preprocessing(standard: configuration.preprocessing, takesAnySize: true)
        let multiple = configuration.extentMultiple
        try Self.checkFrame(preprocessing, file: path)
        guard preprocessing.width.isMultiple(of: multiple), preprocessing.height.isMultiple(of: multiple) else {
            throw VisionModelError.invalidConfiguration(
                file: model.url.appending(path: "preprocessor_config.json").path(percentEncoded: false), key: "size",
                value: "\(preprocessing.height) × \(preprocessing.width)", expected: "multiples of \(multiple)")
        }
    }

    /// More patches than this of one picture are no network's, but a mistake: each looks at all others.
    private static let patchLimit = 65_536

    /// Frames that follow the picture are held against what memory and time allow, since no weight has their size.
    private static func checkFrame(_ preprocessing: ImagePreprocessing, file: String) throws(VisionModelError) {
        guard case .bounded(let short, let long, let multiple) = preprocessing.framing,
            (short / multiple) * (long / multiple) > patchLimit
        else { return }
        throw .invalidConfiguration(
            file: file, key: "patch_size", value: "\(multiple) for pictures of \(short) × \(long)",
            expected: "at most \(patchLimit) patches of a picture")
    }

    func loadModel() throws -> any ObjectDetectionModel {
        try fitted(from: folder) { try configuration.makeModel(in: ParameterStore(reading: weights)) }
    }
}
