public import Checkpoints
public import Parameters

/// What can be wrong with a model that sees, or with what is asked of it.
public enum VisionModelError: ConfigurationValueError, Sendable, Equatable, CustomStringConvertible {
    case invalidConfiguration(file: String, key: String, value: String, expected: String)
    case unsupportedArchitecture(name: String, folder: String, known: [String])
    /// Weights without a configuration whose names and shapes are those of no known model.
    case unknownWeights(folder: String, known: [String])
    case weightsDoNotFit(folder: String, ParameterMismatch)
    case notFinite(model: String)
    /// Names for another number of classes, or empty ones.
    case wrongNumberOfNames(folder: String, found: Int, expected: Int)
    case unknownPreset(String, known: [String])
    case unknownStage(String, folder: String, known: [String])
    /// A network that takes pictures of one size alone.
    case sizeIsFixed(folder: String, width: Int, height: Int)
    /// A network that is no row of convolutions, on which a detector could stand.
    case noBackbone(folder: String, architecture: String)
    /// A detector whose loss is not known here.
    case cannotLearn(folder: String, architecture: String)

    public var description: String {
        switch self {
        case .invalidConfiguration(let file, let key, let value, let expected):
            "\(file): \(key) is \(value); expected \(expected)"
        case .unsupportedArchitecture(let name, let folder, let known):
            "\(folder): the architecture \(name) is not one that can do this here; known are "
                + known.joined(separator: ", ")
        case .unknownWeights(let folder, let known):
            "\(folder): there is no config.json, and the names and shapes of the weights are those of no network that is known "
                + "without one (\(known.joined(separator: ", "))); fetch the whole folder of the model"
        case .weightsDoNotFit(let folder, let mismatch): "\(folder): \(mismatch)"
        case .wrongNumberOfNames(let folder, let found, let expected):
            "\(folder): \(found) names for \(expected) classes; give one for each, none of them empty"
        case .unknownPreset(let name, let known):
            "there is no preset '\(name)'; known are \(known.joined(separator: ", "))"
        case .unknownStage(let name, let folder, let known):
            "\(folder): the network has no stage '\(name)'; its stages are \(known.joined(separator: ", "))"
        case .sizeIsFixed(let folder, let width, let height):
            "\(folder): the network takes pictures of \(width) x \(height) pixels alone; leave --size out"
        case .noBackbone(let folder, let architecture):
            "\(folder): a detector cannot stand on \(architecture); take an EfficientNet-Lite, a ResNet, or a detector"
        case .cannotLearn(let folder, let architecture):
            "\(folder): \(architecture) can find things, but is not trained here; take a detector that was, a YOLOS, an "
                + "EfficientNet-Lite or a ResNet"
        case .notFinite(let model):
            "\(model): the model computes numbers that are not finite; its weights are damaged, fetch it again"
        }
    }
}
