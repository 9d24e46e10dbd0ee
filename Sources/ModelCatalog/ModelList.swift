import Hashing
import JSON

/// The models known by name: `Assets/models.json`.
///
/// Every program carries a copy (`bundled`), so that an installed binary needs no file beside it; a test
/// compares the two.
public struct ModelList: Sendable, Hashable {
    public let models: [ModelEntry]

    public subscript(name: String) -> ModelEntry? { models.first { $0.name == name } }

    init(models: [ModelEntry]) { self.models = models }

    /// Reads the text of a list.
    ///
    /// - Throws: ``ModelListError``.
    public init(json: [UInt8]) throws {
        var models: [ModelEntry]?
        do {
            try JSONReader.read(json) { reader in
                try reader.readObject { key, reader in
                    guard key == "models" else { return try reader.skipValue() }
                    var entries: [ModelEntry] = []
                    try reader.readArray { entries.append(try ModelEntry(from: &$0)) }
                    models = entries
                }
            }
        } catch let error as JSONError {
            throw ModelListError.syntax(String(describing: error))
        }
        guard let models else { throw ModelListError.missing("models", in: "the list") }
        if let repeated = Dictionary(grouping: models, by: \.name).first(where: { $0.value.count > 1 }) {
            throw ModelListError.invalid(repeated.key, "a name that no other model has", in: "the list")
        }
        self.models = models
    }
}

/// What is wrong with a list of models.
public enum ModelListError: Error, Sendable, Equatable, CustomStringConvertible {
    case syntax(String)
    case missing(String, in: String)
    case invalid(_ value: String, _ expected: String, in: String)

    public var description: String {
        switch self {
        case .syntax(let problem): "the list of models is not valid JSON: \(problem)"
        case .missing(let key, let place): "the list of models lacks \"\(key)\" in \(place)"
        case .invalid(let value, let expected, let place):
            "the list of models has \"\(value)\" in \(place), where it should have \(expected)"
        }
    }
}

extension ModelEntry {
    fileprivate init(from reader: inout JSONReader) throws {
        var texts: [String: String] = [:]
        var parameterCount: Int?
        var sources: [ModelSource] = []
        try reader.readObject { key, reader in
            switch key {
            case "parameters": parameterCount = try reader.readInteger()
            case "sources": try reader.readArray { sources.append(try ModelSource(from: &$0)) }
            default: texts[key] = try reader.readString()
            }
        }
        let name = try texts.required("name", in: "a model")
        guard isPlainName(name) else { throw ModelListError.invalid(name, "a plain folder name", in: "a model") }
        guard let task = ModelTask(rawValue: try texts.required("task", in: name)) else {
            throw ModelListError.invalid(texts["task"] ?? "", "a known task", in: name)
        }
        guard let parameterCount else { throw ModelListError.missing("parameters", in: name) }
        guard !sources.isEmpty else { throw ModelListError.missing("sources", in: name) }
        self.init(
            name: name, summary: try texts.required("summary", in: name), task: task,
            licence: try texts.required("licence", in: name), parameterCount: parameterCount, sources: sources)
    }
}

extension ModelSource {
    fileprivate init(from reader: inout JSONReader) throws {
        var texts: [String: String] = [:]
        var files: [ModelFile] = []
        try reader.readObject { key, reader in
            if key == "files" {
                try reader.readArray { files.append(try ModelFile(from: &$0)) }
            } else {
                texts[key] = try reader.readString()
            }
        }
        let kind = try texts.required("kind", in: "a source")
        guard kind == "bundled" || !files.isEmpty else { throw ModelListError.missing("files", in: "a source") }
        switch kind {
        case "bundled": self = .bundled
        case "hub":
            self = .hub(
                HubRepository(
                    identifier: try texts.required("repository", in: "a source"),
                    revision: try texts.required("revision", in: "a source"), files: files))
        case "pypi":
            self = .package(
                PythonPackage(
                    name: try texts.required("package", in: "a source"),
                    version: try texts.required("version", in: "a source"),
                    folder: try texts.required("folder", in: "a source"), files: files))
        case "web":
            if let file = files.first(where: { $0.hash == nil }) {
                throw ModelListError.missing("sha256", in: file.path)
            }
            let address = try texts.required("address", in: "a source")
            guard (try? HubEndpoint(address: address)) != nil else {
                throw ModelListError.invalid(address, "an address of https or http", in: "a source")
            }
            self = .web(WebFolder(address: address, files: files))
        default: throw ModelListError.invalid(kind, "hub, pypi, web or bundled", in: "a source")
        }
    }
}

extension ModelFile {
    fileprivate init(from reader: inout JSONReader) throws {
        var path: String?
        var byteCount: Int?
        var hash: SHA256Digest?
        try reader.readObject { key, reader in
            switch key {
            case "path": path = try reader.readString()
            case "size": byteCount = try reader.readInteger()
            case "sha256":
                let text = try reader.readString()
                guard let digest = SHA256Digest(hexadecimal: text) else {
                    throw ModelListError.invalid(text, "64 hexadecimal digits", in: "a file")
                }
                hash = digest
            default: try reader.skipValue()
            }
        }
        guard let path else { throw ModelListError.missing("path", in: "a file") }
        guard isPlainRelativePath(path) else { throw ModelListError.invalid(path, "a relative path", in: "a file") }
        self.init(path: path, byteCount: byteCount, hash: hash)
    }
}

extension [String: String] {
    fileprivate func required(_ key: String, in place: String) throws -> String {
        guard let value = self[key] else { throw ModelListError.missing(key, in: place) }
        return value
    }
}

/// Whether a name can stand for one folder: not hidden, nothing that leads elsewhere.
func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.contains("/") && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
}

/// Whether every component of a relative path is a plain name.
func isPlainRelativePath(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isPlainName(String($0)) }
}
