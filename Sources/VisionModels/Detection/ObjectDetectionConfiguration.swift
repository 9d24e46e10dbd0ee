public import FoundationEssentials
public import Images
public import Parameters

/// The sizes and options of a network that finds things in pictures, as in its `config.json`.
public protocol ObjectDetectionConfiguration: Sendable, Equatable {
    /// The name of the architecture with its size, for reports.
    var architecture: String { get }
    /// The names of the classes, by their numbers.
    var labels: [String] { get set }
    /// How pictures were prepared in training, where no `preprocessor_config.json` says otherwise.
    var preprocessing: ImagePreprocessing { get }
    /// Whether what it finds still holds several boxes for one thing, of which the most probable is to be kept.
    var needsSuppression: Bool { get }
    /// What is told of all that may be a thing, unless somebody asks for more or less.
    var standardOptions: DetectionOptions { get }
    /// Height and width of what the network is given are multiples of this.
    var extentMultiple: Int { get }
    /// The network's parts in their order, but for its heads: their names, and how the names of their parameters begin.
    var stages: [(name: String, prefixes: [String])] { get }
    /// How the names of the parameters begin that belong to the classes, and mean nothing for others.
    var classPrefixes: [String] { get }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    func validate(file: String) throws(VisionModelError)

    /// The model itself on `store`; throws ``ParameterMismatch`` with everything in which the two disagree.
    func makeModel(in store: ParameterStore) throws -> any ObjectDetectionModel

    /// What `config.json` of such a model holds.
    func json() throws -> Data
}

extension ObjectDetectionConfiguration {
    public var standardOptions: DetectionOptions { DetectionOptions() }
    public var extentMultiple: Int { 32 }
}
