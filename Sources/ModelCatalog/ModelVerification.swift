import Foundation
import Hashing

extension ModelCatalog {
    /// Hashes every file of a fetched model and compares with what was recorded when it came, and with the list
    /// where that knows the hash.
    ///
    /// - Returns: the record that the files agree with.
    /// - Throws: the first ``ModelCatalogError``.
    public func verify(_ name: String) throws(ModelCatalogError) -> ModelManifest {
        guard isPresent(name) else {
            guard list[name] != nil else { throw .unknown(name: name, known: list.models.map(\.name)) }
            throw .notFetched(name: name, folder: folder(of: name).path)
        }
        let folder = folder(of: name)
        let manifest = try ModelManifest(folder: folder)
        guard !manifest.files.isEmpty else {
            throw .noManifest(path: folder.path, reason: "the record lists no files")
        }
        for file in manifest.files {
            let expected = ModelFile(path: file.path, byteCount: file.byteCount, hash: file.hash)
            _ = try check(expected, in: folder)
        }
        // A record that someone changed together with the files still has to agree with the list.
        if let entry = list[name] {
            let recorded = Dictionary(manifest.files.map { ($0.path, $0.hash) }, uniquingKeysWith: { $1 })
            let fits = entry.sources.contains { source in
                source.files.allSatisfy { file in
                    recorded[file.path].map { file.hash == nil || file.hash == $0 } ?? false
                }
            }
            guard fits else {
                throw .fitsNoSource(
                    name: name, folder: folder.path,
                    problems: ["its recorded hashes are those of no source in the list"])
            }
        }
        return manifest
    }
}

/// Compares a file of `folder` with what the list or a record says of it.
func check(_ file: ModelFile, in folder: URL) throws(ModelCatalogError) -> ModelManifest.File {
    let url = folder.appendingPathComponent(file.path)
    var status = stat()
    // A folder by that name, or a pipe that would never end, is not the file either.
    guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw .missingFile(file.path, folder: folder.path)
    }
    let size = Int(status.st_size)
    if let expected = file.byteCount, expected != size {
        throw .wrongSize(file: url.path, expected: expected, found: size)
    }
    let found: SHA256Digest
    do {
        found = try SHA256.hash(contentsOfFile: url.path)
    } catch {
        throw .fileSystem(action: "read", path: url.path, reason: String(describing: error))
    }
    if let expected = file.hash, expected != found {
        throw .wrongHash(file: url.path, expected: expected, found: found)
    }
    return ModelManifest.File(path: file.path, byteCount: size, hash: found)
}
