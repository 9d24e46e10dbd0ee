public import Checkpoints
public import FoundationEssentials
import Images
public import Kernels
import Parameters
import Tensors

/// A network that classifies pictures, in whatever layout it came, on its way to a folder in that of Hugging Face, which
/// says all that is to be known of it.
public struct ClassifierImport {
    private let files: ClassifierFiles
    private var configuration: any ImageClassificationConfiguration
    private var preprocessing: ImagePreprocessing

    /// Opens a folder or a file of weights; throws ``VisionModelError`` where they are of no known network.
    public init(_ model: ModelFolder) throws {
        files = try ClassifierFiles(model)
        (configuration, preprocessing) = (files.configuration, files.preprocessing)
    }

    public var labels: [String] { configuration.labels }
    /// Whether there are but numbers for names.
    public var lacksNames: Bool { labels == (0..<labels.count).map { "class \($0)" } }
    public var inputExtent: (height: Int, width: Int) { (preprocessing.height, preprocessing.width) }

    /// Gives the classes other names, in the order of their numbers.
    public mutating func rename(_ labels: [String]) throws(VisionModelError) {
        guard labels.count == configuration.labels.count, !labels.contains("") else {
            throw .wrongNumberOfNames(folder: files.folder, found: labels.count, expected: configuration.labels.count)
        }
        configuration.labels = labels
    }

    /// Takes how pictures are prepared from a file in the form of `preprocessor_config.json`.
    public mutating func prepare(as contents: Data, path: String) throws {
        let file: PreprocessorFile
        do {
            file = try JSONDecoder().decode(PreprocessorFile.self, from: contents)
        } catch {
            throw VisionModelError.invalidConfiguration(
                file: path, key: "it", value: "not what it should be",
                expected: "a JSON object as in preprocessor_config.json")
        }
        preprocessing = try file.preprocessing(
            standard: configuration.preprocessing, takesAnySize: configuration.takesAnySize, path: path)
    }

    /// Writes the folder, complete or not at all.
    ///
    /// - Parameters:
    ///   - url: Must not exist yet; its parent must.
    ///   - elementType: Of the weights; as stored where nil.
    ///   - progress: Told how many of how many tensors are done.
    /// - Throws: ``VisionModelError`` where weights and network do not fit; nothing is written then.
    @discardableResult
    public func write(
        to url: URL, elementType: ElementType? = nil, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws -> ModelFolder {
        let weights = files.weights
        let store = ParameterStore(reading: weights)
        do {
            _ = try configuration.makeModel(in: store)
        } catch let mismatch as ParameterMismatch {
            throw VisionModelError.weightsDoNotFit(folder: files.folder, mismatch)
        }
        // Counters of batch norms, which the network does not read, but other programs miss.
        let counters = weights.names.filter { $0.hasSuffix(".num_batches_tracked") }
        let declarations = try (store.parameters.map(\.name) + counters).map { name in
            guard let stored = try weights.elementType(of: name), let shape = weights.shape(of: name) else {
                preconditionFailure("\(name) was read, but is not there")
            }
            return SafetensorsWriter.Declaration(
                name: name, shape: shape, elementType: stored == .int32 ? stored : elementType ?? stored)
        }
        let types = Dictionary(uniqueKeysWithValues: declarations.map { ($0.name, $0.elementType) })
        var written = 0
        return try ModelFolder.save(
            to: url, configuration: try configuration.json(), weights: declarations,
            otherFiles: ["preprocessor_config.json": try PreprocessorFile(preprocessing).json()],
            tensor: { name in
                guard let tensor = try weights.tensor(named: name), let type = types[name] else {
                    preconditionFailure("\(name) was declared, but is not there")
                }
                let value = tensor.converted(to: type)
                try ModelFolder.checkRange(name, tensor, value, path: files.folder)
                written += 1
                progress(written, declarations.count)
                return value
            })
    }
}
