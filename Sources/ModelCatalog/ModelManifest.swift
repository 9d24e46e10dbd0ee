public import Foundation
public import Hashing
import JSON

/// What was fetched, from where, and the hash of each file: `triptych-model.json` in the model's folder.
///
/// Verification compares the files with this record, because the list need not know every hash.
public struct ModelManifest: Sendable, Hashable {
    public struct File: Sendable, Hashable {
        public let path: String
        public let byteCount: Int
        public let hash: SHA256Digest
    }

    static let fileName = "triptych-model.json"

    public let name: String
    /// For a reader: hub, repository and commit, or package and version.
    public let source: String
    public let files: [File]

    public var totalByteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

    /// Reads the record of a model's folder.
    public init(folder: URL) throws(ModelCatalogError) {
        let url = folder.appendingPathComponent(Self.fileName)
        do {
            let bytes = Array(try Data(contentsOf: url))
            self = try JSONReader.read(bytes) { try ModelManifest(from: &$0) }
        } catch let error as JSONError {
            throw .noManifest(path: url.path, reason: String(describing: error))
        } catch let error as ModelListError {
            throw .noManifest(path: url.path, reason: String(describing: error))
        } catch {
            throw .noManifest(path: url.path, reason: reason(of: error))
        }
    }

    init(name: String, source: String, files: [File]) {
        self.name = name
        self.source = source
        self.files = files
    }

    private init(from reader: inout JSONReader) throws {
        var texts: [String: String] = [:]
        var files: [File] = []
        try reader.readObject { key, reader in
            guard key == "files" else {
                texts[key] = try reader.readString()
                return
            }
            try reader.readArray { files.append(try File(from: &$0)) }
        }
        guard let name = texts["name"], let source = texts["source"] else {
            throw ModelListError.missing(texts["name"] == nil ? "name" : "source", in: "the record")
        }
        self.init(name: name, source: source, files: files)
    }

    func write(to folder: URL) throws(ModelCatalogError) {
        struct Record: Encodable {
            struct File: Encodable {
                let path: String
                let size: Int
                let sha256: String
            }
            let name: String
            let source: String
            let files: [File]
        }
        let record = Record(
            name: name, source: source,
            files: files.map { .init(path: $0.path, size: $0.byteCount, sha256: $0.hash.hexadecimal) })
        let url = folder.appendingPathComponent(Self.fileName)
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(record).write(to: url)
        } catch {
            throw .fileSystem(action: "write", path: url.path, reason: reason(of: error))
        }
    }
}

extension ModelManifest.File {
    fileprivate init(from reader: inout JSONReader) throws {
        var path: String?
        var byteCount: Int?
        var hash: SHA256Digest?
        try reader.readObject { key, reader in
            switch key {
            case "path": path = try reader.readString()
            case "size": byteCount = try reader.readInteger()
            case "sha256": hash = SHA256Digest(hexadecimal: try reader.readString())
            default: try reader.skipValue()
            }
        }
        guard let path, let byteCount, let hash, isPlainRelativePath(path) else {
            throw ModelListError.missing("path, size or sha256", in: "a file of the record")
        }
        self.init(path: path, byteCount: byteCount, hash: hash)
    }
}
