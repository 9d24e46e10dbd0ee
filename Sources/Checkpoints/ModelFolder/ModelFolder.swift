public import FoundationEssentials
public import Hashing
import Kernels
public import Parameters
import Synchronization
import Tensors

/// A model on disk in one of the layouts that this project reads.
///
/// - Hugging Face's: `config.json` with `model.safetensors`, or with shards and `model.safetensors.index.json`.
/// - CTranslate2's for Whisper (faster-whisper): `config.json`, `model.bin` and a vocabulary. Its configuration files are
///   presented as Hugging Face's would be.
/// - A training run's folder: its `best` is meant.
/// - The path of a `.safetensors` file; its folder then holds the rest.
/// - PyTorch's: `config.json` with `pytorch_model.bin`, or the path of a file of `torch.save`; see ``PyTorchFile``.
/// - llama.cpp's: the path of a `.gguf` file, or a folder with no other weights. Its configuration files are presented as
///   Hugging Face's would be.
/// - A folder whose only weights are one `.safetensors`, `.pth` or `.pt` file of another name. It needs no `config.json`:
///   small models have none, their weights are all there is to know.
public struct ModelFolder: ConfigurationFolder {
    public enum Layout: Sendable, Equatable {
        case safetensors(fileName: String)
        case shardedSafetensors
        case ctranslate2Whisper
        /// A state dictionary of `torch.save`.
        case pytorch(fileName: String)
        /// Everything in one file of llama.cpp.
        case gguf(fileName: String)
    }

    /// The folder that holds the model, after a run was resolved to its best checkpoint.
    public let url: URL
    public let layout: Layout

    /// Copies of this folder share what was derived once.
    private let derived = Once<CTranslate2Whisper.Configuration>()
    private let opened = Once<GGUFLanguageModel>()

    static let configurationName = "config.json"
    static let tokenizerConfigurationName = "tokenizer_config.json"
    static let weightsName = "model.safetensors"
    static let indexName = "model.safetensors.index.json"
    static let ctranslate2Name = "model.bin"
    /// Under which weights stand beside a `config.json`.
    static let pytorchNames = ["pytorch_model.bin", "model.pt", "model.pth", "model.ckpt"]
    static let ggufExtension = "gguf"
    static let safetensorsExtension = "safetensors"
    package static let pytorchExtensions: Set = ["pth", "pt", "bin", "ckpt"]
    /// Of single files that are a model.
    package static let fileExtensions = pytorchExtensions.union([ggufExtension, safetensorsExtension])

    /// Looks what is there, without opening the weights. Throws ``ModelFolderError``.
    public init(_ url: URL) throws {
        let path = Self.path(url)
        switch FileKind(path) {
        case .missing: throw ModelFolderError(path: path, .notFound)
        case .other: throw ModelFolderError(path: path, .notAModel)
        case .file:
            self.url = url.deletingLastPathComponent()
            if Self.pytorchExtensions.contains(url.pathExtension) {
                layout = .pytorch(fileName: url.lastPathComponent)
                return
            }
            if url.pathExtension == Self.ggufExtension {
                layout = .gguf(fileName: url.lastPathComponent)
                return
            }
            guard url.pathExtension == Self.safetensorsExtension else { throw ModelFolderError(path: path, .notAModel) }
            layout = .safetensors(fileName: url.lastPathComponent)
            // As in a folder with weights of another name alone.
            if url.lastPathComponent != Self.weightsName { return }
        case .folder:
            self.url = try Self.resolvingRun(url)
            layout = try Self.detectLayout(self.url)
            if case .safetensors(let name) = layout, name != Self.weightsName { return }
            if case .gguf = layout { return }
            if case .pytorch(let name) = layout, !Self.pytorchNames.contains(name) { return }
        }
        if layout != .ctranslate2Whisper { try require([Self.configurationName]) }
    }

    static func resolvingRun(_ url: URL) throws -> URL {
        let best = url.appending(path: "best")
        guard FileKind(path(url.appending(path: "run.json"))) == .file || FileKind(path(best)) == .folder else {
            return url
        }
        guard FileKind(path(best)) == .folder else { throw ModelFolderError(path: path(url), .runWithoutBest) }
        guard FileKind(path(best.appending(path: "run.json"))) == .missing else {
            throw ModelFolderError(path: path(url), .nestedRun)
        }
        return best
    }

    private static func detectLayout(_ url: URL) throws -> Layout {
        func holds(_ name: String) -> Bool { FileKind(path(url.appending(path: name))) == .file }
        if holds(weightsName) { return .safetensors(fileName: weightsName) }
        if holds(indexName) { return .shardedSafetensors }
        if holds(ctranslate2Name) {
            let missing = holds(configurationName) ? [] : [[configurationName]]
            let vocabularies = ["vocabulary.json", "vocabulary.txt"]
            let all = missing + (vocabularies.contains(where: holds) ? [] : [vocabularies])
            guard all.isEmpty else { throw ModelFolderError(path: path(url), .missingFiles(all)) }
            return .ctranslate2Whisper
        }
        if let name = pytorchNames.first(where: holds) { return .pytorch(fileName: name) }
        let shards = "pytorch_model.bin.index.json"
        if holds(shards) { throw ModelFolderError(path: path(url), .onlyPickledWeights(file: shards)) }
        if holds(FileNames.adapter.configuration) { throw ModelFolderError(path: path(url), .isAnAdapter) }
        if let name = onlyWeights(of: url, [safetensorsExtension]) { return .safetensors(fileName: name) }
        if let name = onlyWeights(of: url, [ggufExtension]) { return .gguf(fileName: name) }
        if let name = onlyWeights(of: url, ["pth", "pt"]) { return .pytorch(fileName: name) }
        let missing = holds(configurationName) ? [] : [[configurationName]]
        throw ModelFolderError(
            path: path(url), .missingFiles(missing + [[weightsName, indexName, ctranslate2Name]]))
    }

    /// The one file of a folder with one of `extensions`, whatever its name is.
    private static func onlyWeights(of url: URL, _ extensions: Set<String>) -> String? {
        // What cannot be listed is reported as missing.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path(url))) ?? []
        let weights = names.filter {
            let file = url.appending(path: $0)
            return extensions.contains(file.pathExtension) && FileKind(path(file)) == .file
        }
        return weights.count == 1 ? weights[0] : nil
    }

    // MARK: Weights

    /// Opens the weights: mapped, headers checked, nothing read yet. Names are those of the newer of several layouts.
    public func openWeights() throws -> any TensorSource {
        let weights = try openStoredWeights()
        return RenamedTensors(ofGPT2: weights) ?? weights
    }

    /// The same with the names that the files have.
    func openStoredWeights() throws -> any TensorSource {
        switch layout {
        case .safetensors(let fileName): try SafetensorsFile(path: path(of: fileName))
        case .shardedSafetensors: try ShardedSafetensors(indexPath: path(of: Self.indexName))
        case .ctranslate2Whisper: try CTranslate2Whisper(path: path(of: Self.ctranslate2Name))
        case .pytorch(let fileName): try PyTorchFile(path: path(of: fileName))
        case .gguf: try openedGGUF()
        }
    }

    /// The files that hold the weights, sorted by name.
    public func weightFiles() throws -> [URL] {
        switch layout {
        case .safetensors(let fileName), .pytorch(let fileName), .gguf(let fileName): [url.appending(path: fileName)]
        case .shardedSafetensors:
            try ShardedSafetensors(indexPath: path(of: Self.indexName)).shards.keys.sorted()
                .map { url.appending(path: $0) }
        case .ctranslate2Whisper: [url.appending(path: Self.ctranslate2Name)]
        }
    }

    /// Names the weights in a report: the SHA-256 of their one file; of several, the SHA-256 of the lines
    /// `HASH␠␠NAME\n` that `sha256sum` prints for them, sorted by name.
    public func weightsDigest() throws -> SHA256Digest { try Self.digest(of: weightFiles()) }

    /// Values in all tensors.
    public func parameterCount() throws -> Int {
        let weights = try openWeights()
        return weights.names.reduce(0) { $0 + (weights.shape(of: $1)?.elementCount ?? 0) }
    }

    static func digest(of files: [URL]) throws -> SHA256Digest {
        let digests = try files.map { try SHA256.hash(contentsOfFile: path($0)) }
        guard digests.count != 1 else { return digests[0] }
        let lines = zip(digests, files).map { "\($0.hexadecimal)  \($1.lastPathComponent)\n" }
        return SHA256.hash(Array(lines.joined().utf8))
    }

    /// Reads every value of the weights; throws ``ModelFolderError`` where one is NaN or infinite.
    public func verifyWeights() throws {
        let findings = try openWeights().nonFiniteValues()
        guard findings.isEmpty else { throw ModelFolderError(path: Self.path(url), .nonFiniteValues(findings)) }
    }

    // MARK: Other files

    /// Throws one ``ModelFolderError`` that names every file of `names` that is not there.
    public func require(_ names: [String]) throws {
        let missing = names.filter { FileKind(path(of: $0)) != .file && !isDerived($0) }
        guard missing.isEmpty else {
            throw ModelFolderError(path: Self.path(url), .missingFiles(missing.map { [$0] }))
        }
    }

    /// Where a file of the model is; nil where it has none.
    public func file(_ name: String) -> URL? {
        FileKind(path(of: name)) == .file ? url.appending(path: name) : nil
    }

    /// The content of a JSON file, `config.json` for one; nil where the model has none.
    ///
    /// For CTranslate2 and GGUF, the files that its folder lacks or holds in another form are derived.
    public func contents(of name: String) throws -> Data? {
        if layout == .ctranslate2Whisper {
            switch name {
            case Self.configurationName: return try ctranslate2Configuration().configurationJSON()
            case "generation_config.json": return try ctranslate2Configuration().generationConfigurationJSON()
            case "preprocessor_config.json" where file(name) == nil:
                return try ctranslate2Configuration().preprocessorConfigurationJSON()
            default: break
            }
        }
        if isDerived(name) {
            let model = try openedGGUF()
            return name == Self.configurationName
                ? try model.configurationJSON() : try model.tokenizerConfigurationJSON()
        }
        guard file(name) != nil else { return nil }
        return try ConfigurationFile.contents(path: path(of: name))
    }

    private func ctranslate2Configuration() throws -> CTranslate2Whisper.Configuration {
        try derived.value { try CTranslate2Whisper(path: path(of: Self.ctranslate2Name)).configuration() }
    }

    /// The model of a GGUF file; nil for every other layout.
    public func gguf() throws -> GGUFLanguageModel? {
        guard case .gguf = layout else { return nil }
        return try openedGGUF()
    }

    func openedGGUF() throws -> GGUFLanguageModel {
        try opened.value { try GGUFLanguageModel(GGUFFile(path: path)) }
    }

    /// Whether a file is made from the metadata of a GGUF file.
    private func isDerived(_ name: String) -> Bool {
        guard case .gguf = layout else { return false }
        return name == Self.configurationName || name == Self.tokenizerConfigurationName
    }

    /// What errors call the model: the file that is all of it, or else the folder.
    public var path: String {
        if case .gguf(let fileName) = layout { path(of: fileName) } else { Self.path(url) }
    }

    private func path(of name: String) -> String { Self.path(url.appending(path: name)) }

    static func path(_ url: URL) -> String {
        let path = url.path(percentEncoded: false)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}

/// What is read from a model's files at the first need and then kept: weights and vocabulary of CTranslate2 for all three
/// configuration files, the header of a GGUF file for everything.
private final class Once<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)

    func value(_ derive: () throws -> Value) throws -> Value {
        try stored.withLock { stored in
            if let stored { return stored }
            let value = try derive()
            stored = value
            return value
        }
    }
}
