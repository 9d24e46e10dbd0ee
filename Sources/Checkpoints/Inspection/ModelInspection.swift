public import FoundationEssentials
import Hashing
import Parameters
import Tensors

/// What can be told of a model without running it.
public struct ModelInspection: Sendable, Encodable {
    public struct TensorEntry: Sendable, Encodable {
        public let name: String
        public let shape: [Int]
        /// As stored, in the words of safetensors, or of GGUF.
        public let elementType: String
    }

    public struct NonFinite: Sendable, Encodable {
        public let tensor: String
        public let count: Int
        /// In row-major order.
        public let firstIndex: Int
    }

    /// The last component of the path that was given.
    public let name: String
    public let layout: String
    /// As `config.json` names it; nil for weights without one.
    public let architecture: String?
    public let parameterCount: Int
    public let tensorCount: Int
    /// Parameters stored in each element type.
    public let elementTypes: [String: Int]
    public let weightFileNames: [String]
    /// Of the files with the weights.
    public let weightsByteCount: Int
    /// See ``ModelFolder/weightsDigest()``.
    public let weightsSHA256: String
    /// `config.json`; nil for weights without one.
    public let configuration: ConfigurationValue?
    /// What a GGUF file says of itself; nil for every other layout.
    public let metadata: ConfigurationValue?
    /// In the order of their names.
    public let tensors: [TensorEntry]
    /// Tensors with values that are NaN or infinite; nil where this was not looked for.
    public let nonFiniteValues: [NonFinite]?

    /// Opens a model folder, a `.safetensors` file with or without a `config.json` beside it, or a `.gguf` file of any kind
    /// of model.
    ///
    /// - Parameter scans: whether every value is read, to find those that are no numbers.
    public init(of url: URL, scans: Bool) throws {
        let contents = try Contents(url)
        name = url.lastPathComponent
        layout = contents.layout
        configuration = contents.configuration
        metadata = contents.metadata
        architecture =
            configuration?.architecture
            ?? metadata?.architecture.map { GGUFArchitecture(rawValue: $0)?.className ?? $0 }
        tensors = contents.tensors.sorted { $0.name < $1.name }
        tensorCount = tensors.count
        parameterCount = tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
        elementTypes = Dictionary(
            tensors.map { ($0.elementType, $0.shape.reduce(1, *)) }, uniquingKeysWith: +)
        weightFileNames = contents.files.map(\.lastPathComponent)
        weightsByteCount = try contents.files.reduce(0) { try $0 + MappedFile(path: ModelFolder.path($1)).bytes.count }
        weightsSHA256 = try ModelFolder.digest(of: contents.files).hexadecimal
        nonFiniteValues =
            scans
            ? try contents.source.nonFiniteValues().map {
                NonFinite(tensor: $0.tensor, count: $0.count, firstIndex: $0.firstIndex)
            } : nil
    }

    /// An opened model of any layout.
    private struct Contents {
        let source: any TensorSource
        let tensors: [TensorEntry]
        let files: [URL]
        let layout: String
        let configuration: ConfigurationValue?
        let metadata: ConfigurationValue?

        init(_ url: URL) throws {
            let beside = url.deletingLastPathComponent().appending(path: ModelFolder.configurationName)
            if url.pathExtension == ModelFolder.safetensorsExtension, FileKind(ModelFolder.path(url)) == .file,
                FileKind(ModelFolder.path(beside)) != .file
            {
                let file = try SafetensorsFile(path: ModelFolder.path(url))
                (source, tensors, files) = (file, Self.entries(file.tensors), [url])
                (layout, configuration, metadata) = ("safetensors", nil, nil)
                return
            }
            let folder = try ModelFolder(url)
            if case .gguf = folder.layout {
                let file = try GGUFFile(path: folder.path)
                (source, files, layout) = (file, try folder.weightFiles(), "GGUF version \(file.version)")
                tensors = file.tensors.map {
                    TensorEntry(name: $0.name, shape: $0.shape, elementType: $0.type.description)
                }
                (configuration, metadata) = (nil, try ConfigurationValue(file.metadata))
                return
            }
            let source = try folder.openStoredWeights()
            self.source = source
            files = try folder.weightFiles()
            configuration = try folder.decode(ConfigurationValue.self, from: ModelFolder.configurationName)
            metadata = nil
            let tensors: [StoredTensor]
            switch source {
            case let file as SafetensorsFile: (tensors, layout) = (file.tensors, "safetensors")
            case let sharded as ShardedSafetensors:
                (tensors, layout) = (sharded.shards.values.flatMap(\.tensors), "sharded safetensors")
            case let file as PyTorchFile: (tensors, layout) = (file.tensors, "PyTorch")
            case let whisper as CTranslate2Whisper: (tensors, layout) = (whisper.storedTensors, "CTranslate2 Whisper")
            default: preconditionFailure("a layout without inspection: \(folder.layout)")
            }
            self.tensors = Self.entries(tensors)
        }

        private static func entries(_ tensors: [StoredTensor]) -> [TensorEntry] {
            tensors.map { TensorEntry(name: $0.name, shape: Array($0.shape), elementType: $0.elementType.rawValue) }
        }
    }
}
