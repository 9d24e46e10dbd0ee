public import FoundationEssentials
public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension ModelFolder {
    /// What the two files are called that every folder of weights has.
    public struct FileNames: Sendable, Hashable {
        public let configuration: String
        public let weights: String

        /// A whole model.
        public static let model = FileNames(configuration: configurationName, weights: weightsName)
        /// Adapters of a model that is elsewhere (``AdapterFolder``).
        public static let adapter = FileNames(
            configuration: "adapter_config.json", weights: "adapter_model.safetensors")
    }

    /// Writes a model folder that is complete or absent, as ``write(to:names:configuration:weights:metadata:otherFiles:tensor:finish:)``
    /// does, and opens it.
    @discardableResult
    public static func save(
        to url: URL, configuration: Data, weights: [SafetensorsWriter.Declaration],
        metadata: [String: String] = ["format": "pt"], otherFiles: [String: Data] = [:],
        tensor: (_ name: String) throws -> Tensor, finish: (_ hiddenPath: String) throws -> Void = { _ in }
    ) throws -> ModelFolder {
        try write(
            to: url, configuration: configuration, weights: weights, metadata: metadata, otherFiles: otherFiles,
            tensor: tensor, finish: finish)
        return try ModelFolder(url)
    }

    /// Writes a folder of weights that is complete or absent: everything goes to a temporary folder beside it, is synced,
    /// and gets its name last. Left-overs of a failure are removed.
    ///
    /// - Parameters:
    ///   - url: Must not exist yet; its parent must.
    ///   - configuration: The content of the configuration, `config.json` for a model.
    ///   - otherFiles: Further files by plain name.
    ///   - tensor: Asked for one declared name after the other.
    ///   - finish: Writes what else belongs into the folder, whose hidden path it gets.
    public static func write(
        to url: URL, names: FileNames = .model, configuration: Data, weights: [SafetensorsWriter.Declaration],
        metadata: [String: String] = ["format": "pt"], otherFiles: [String: Data] = [:],
        tensor: (_ name: String) throws -> Tensor, finish: (_ hiddenPath: String) throws -> Void = { _ in }
    ) throws {
        let path = path(url)
        guard FileKind(path) == .missing else { throw FileError(path: path, .alreadyExists) }
        let (parent, name) = AtomicFile.split(path)
        let temporary = "\(parent)/.\(name).\(UInt64.random(in: .min ... .max))"
        guard mkdir(temporary, 0o777) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
        do {
            for (name, contents) in otherFiles.sorted(by: { $0.key < $1.key }) {
                guard !name.contains("/"), name != names.configuration, name != names.weights else {
                    throw FileError(path: name, .notAPlainFileName)
                }
                try write(contents, to: "\(temporary)/\(name)")
            }
            try write(configuration, to: "\(temporary)/\(names.configuration)")
            try SafetensorsWriter.write(
                weights, metadata: metadata, to: "\(temporary)/\(names.weights)", tensor: tensor)
            try finish(temporary)
            try AtomicFile.syncFolder(temporary)
            guard rename(temporary, path) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
        } catch {
            // What made it fail matters more to the caller than a folder that cannot be removed.
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
        try AtomicFile.syncFolder(parent)
    }

    private static func write(_ contents: Data, to path: String) throws {
        let file = try AtomicFile(path: path)
        try contents.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }
}
