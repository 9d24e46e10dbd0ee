import Checkpoints
public import FoundationEssentials
public import Images
import Kernels
public import Parameters

/// The sizes and options of a network that classifies pictures, as in its `config.json`.
public protocol ImageClassificationConfiguration: Sendable, Equatable {
    /// The name of the architecture with its size, for reports.
    var architecture: String { get }
    /// What each output stands for.
    var labels: [String] { get set }
    /// How pictures were prepared in training, where no `preprocessor_config.json` says otherwise.
    var preprocessing: ImagePreprocessing { get }
    /// Whether pictures of another size are possible.
    var takesAnySize: Bool { get }
    /// The width of the features.
    var featureWidth: Int { get }
    /// The network's parts in their order, but for the last layer: their names, and how the names of their parameters begin.
    var stages: [(name: String, prefixes: [String])] { get }
    /// The name of the last layer, whose outputs are the classes.
    var headName: String { get }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    func validate(file: String) throws(VisionModelError)

    /// The model itself on `store`; throws ``ParameterMismatch`` with everything in which the two disagree.
    func makeModel(in store: ParameterStore) throws -> any ImageClassificationModel

    /// What `config.json` of such a model holds.
    func json() throws -> Data
}

extension ConfigurationLimits where Failure == VisionModelError {
    /// Throws unless there are three finite numbers, one for each channel, and none of them is 0 where that may not be.
    func checkChannels(_ key: Key, _ values: [Float], mayBeZero: Bool) throws(Failure) {
        guard values.count == 3, values.allSatisfy(\.isFinite), mayBeZero || !values.contains(0) else {
            throw invalid(key, "\(values)", "three finite numbers, none of them 0")
        }
    }
}

/// `id2label` of Hugging Face's configurations: the name of each class by its number, which is a text there.
struct LabelTable: Codable, Equatable {
    /// More than any set of classes has.
    static let limit = 100_000

    var names: [String: String]

    init(_ labels: [String]) {
        names = Dictionary(uniqueKeysWithValues: labels.enumerated().map { (String($0), $1) })
    }

    init(from decoder: any Decoder) throws { names = try decoder.singleValueContainer().decode([String: String].self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(names)
    }

    /// In the order of their numbers; throws where a number is missing.
    func labels(file: String, key: String) throws(VisionModelError) -> [String] {
        func invalid(_ value: String, _ expected: String) -> VisionModelError {
            .invalidConfiguration(file: file, key: key, value: value, expected: expected)
        }
        guard names.count <= Self.limit else {
            throw invalid("of \(names.count) classes", "at most \(Self.limit)")
        }
        var labels: [String] = []
        for index in 0..<names.count {
            guard let name = names[String(index)] else {
                throw invalid("without the class \(index)", "one name for each class from 0 on")
            }
            labels.append(name)
        }
        return labels
    }

    /// The names of a table; else numbers, of as many classes as are stated, or two, which is the custom of `transformers`.
    static func labels(
        _ table: LabelTable?, count: Int?, file: String, key: String, countKey: String
    ) throws(VisionModelError) -> [String] {
        if let table, !table.names.isEmpty { return try table.labels(file: file, key: key) }
        let count = count ?? 2
        guard (1...limit).contains(count) else {
            throw .invalidConfiguration(file: file, key: countKey, value: "\(count)", expected: "1 to \(limit)")
        }
        return (0..<count).map { "class \($0)" }
    }
}
