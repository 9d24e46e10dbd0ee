public import FoundationEssentials
public import Kernels
public import Parameters
package import Tensors

extension ModelFolder {
    /// Files that belong to the layout or to a training run, and not to the model that is exported.
    private static let leftBehind: Set = [
        configurationName, weightsName, indexName, ctranslate2Name, "training_state.json", "training_state.safetensors",
        // Of what was fetched, with hashes.
        "triptych-model.json",
    ]

    /// The largest file that is copied along with the weights: tokenizers have some tens of megabytes.
    private static let copiedByteLimit = 256 << 20

    /// Writes the model as a Hugging Face folder with one weight file, complete or not at all.
    ///
    /// Tensors of floating-point numbers take on `elementType`, rounded to the nearest, ties to even; `config.json` says
    /// so. Tokenizer, templates and other small files come along; what belongs to a training run stays behind.
    ///
    /// - Parameters:
    ///   - url: Must not exist yet; its parent must.
    ///   - elementType: As stored where nil.
    ///   - additions: Further files by plain name; they replace the model's own.
    ///   - weights: What is written; the folder's own where nil.
    ///   - progress: Told how many of how many tensors are done.
    /// - Throws: ``ModelFolderError`` where a value that is finite would not be so in `elementType`.
    @discardableResult
    public func export(
        to url: URL, elementType: ElementType? = nil, adding additions: [String: Data] = [:],
        weights: (any TensorSource)? = nil, progress: (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws -> ModelFolder {
        let source = try weights ?? openWeights()
        func type(_ stored: ElementType) -> ElementType { stored == .int32 ? .int32 : elementType ?? stored }
        let declarations = try source.names.map { name in
            guard let shape = source.shape(of: name), let stored = try source.elementType(of: name) else {
                preconditionFailure("\(name) is listed, but not there")
            }
            return SafetensorsWriter.Declaration(name: name, shape: shape, elementType: type(stored))
        }
        var written = 0
        return try Self.save(
            to: url, configuration: try configuration(elementType: elementType),
            weights: declarations, otherFiles: try companionFiles().merging(additions) { $1 },
            tensor: { name in
                guard let tensor = try source.tensor(named: name) else {
                    preconditionFailure("\(name) is listed, but not there")
                }
                let value = tensor.elementType == .int32 ? tensor : tensor.converted(to: type(tensor.elementType))
                try Self.checkRange(name, tensor, value, path: Self.path(self.url))
                written += 1
                progress(written, declarations.count)
                return value
            })
    }

    /// Sixteen bits of `float16` end at 65,504.
    package static func checkRange(_ name: String, _ stored: Tensor, _ written: Tensor, path: String) throws {
        guard written.elementType == .float16, stored.elementType != .float16 else { return }
        let (before, after) = (stored.floats(), written.floats())
        let count = zip(before, after).reduce(0) { $0 + ($1.0.isFinite && !$1.1.isFinite ? 1 : 0) }
        guard count == 0 else {
            throw ModelFolderError(path: path, .tooLargeForFloat16(tensor: name, count: count))
        }
    }

    /// `config.json` with the element type that the weights will have; what it says otherwise is kept.
    package func configuration(elementType: ElementType?) throws -> Data {
        guard var entries = try decode([String: ConfigurationValue].self, from: Self.configurationName) else {
            throw ModelFolderError(path: Self.path(url), .missingFiles([[Self.configurationName]]))
        }
        if let elementType {
            let key = entries["dtype"] == nil ? "torch_dtype" : "dtype"
            entries[key] = .text("\(elementType)")
        }
        return try configurationJSON(entries)
    }

    /// The small files that belong to the model beside configuration and weights, by name: tokenizer, templates.
    package func companionFiles() throws -> [String: Data] {
        if layout == .ctranslate2Whisper { return try derivedFiles() }
        // What else lies beside the file may belong to other models.
        if case .gguf = layout {
            return [Self.tokenizerConfigurationName: try openedGGUF().tokenizerConfigurationJSON()]
        }
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.path(url)).sorted() {
            let path = Self.path(url.appending(path: name))
            guard !name.hasPrefix("."), !Self.leftBehind.contains(name), !name.hasSuffix(".safetensors"),
                !Self.pytorchExtensions.contains(url.appending(path: name).pathExtension), FileKind(path) == .file
            else { continue }
            let file = try MappedFile(path: path)
            guard file.bytes.count <= Self.copiedByteLimit else { continue }
            files[name] = Data(file.bytes)
        }
        return files
    }

    private func derivedFiles() throws -> [String: Data] {
        let names = ["generation_config.json", "preprocessor_config.json", "tokenizer.json"]
        return Dictionary(
            uniqueKeysWithValues: try names.compactMap { name in try contents(of: name).map { (name, $0) } })
    }
}
