import Foundation

/// Where the files of one model are gathered: `models/.partial/NAME`, on the same file system as the place they
/// are renamed to, hidden from ``ModelCatalog/presentNames()``.
struct StagingArea {
    let name: String
    let folder: URL
    private let destination: URL
    private let parent: URL

    init(catalog: ModelCatalog, name: String) {
        self.name = name
        parent = catalog.folder.appendingPathComponent(".partial", isDirectory: true)
        folder = parent.appendingPathComponent(name, isDirectory: true)
        destination = catalog.folder(of: name)
    }

    /// Held while one process works on the model; the system releases it should that process die.
    struct Lock {
        fileprivate let descriptor: Int32
        func release() { close(descriptor) }
    }

    /// - Throws: `.busy` where another process holds the lock.
    func lock() throws(ModelCatalogError) -> Lock {
        try makeFolder(parent)
        let path = parent.appendingPathComponent(name + ".lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .fileSystem(action: "write", path: path, reason: String(cString: strerror(errno)).lowercased())
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .busy(name: name)
        }
        return Lock(descriptor: descriptor)
    }

    /// Deletes what was gathered.
    func clear() throws(ModelCatalogError) {
        if FileManager.default.fileExists(atPath: folder.path) { try removeFolder(folder) }
    }

    /// Deletes files that no byte has come of, and the folder if nothing stays in it.
    func tidy() {
        // Whatever cannot be deleted does no harm: the next attempt opens it again.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            var status = stat()
            let path = folder.appendingPathComponent(name).path
            if stat(path, &status) == 0, status.st_size == 0 { unlink(path) }
        }
        rmdir(folder.path)
    }

    /// Gives the gathered files their final name, in place of a model that may stand there.
    func publish() throws(ModelCatalogError) {
        let replaced = parent.appendingPathComponent(name + ".replaced", isDirectory: true)
        if FileManager.default.fileExists(atPath: replaced.path) { try removeFolder(replaced) }
        if FileManager.default.fileExists(atPath: destination.path) { try move(destination, to: replaced) }
        do {
            try move(folder, to: destination)
        } catch {
            // The old model goes back: better that one than none.
            if FileManager.default.fileExists(atPath: replaced.path) { try move(replaced, to: destination) }
            throw error
        }
        if FileManager.default.fileExists(atPath: replaced.path) { try removeFolder(replaced) }
    }

    private func move(_ source: URL, to target: URL) throws(ModelCatalogError) {
        guard rename(source.path, target.path) == 0 else {
            throw .fileSystem(
                action: "rename \(source.path) to", path: target.path,
                reason: String(cString: strerror(errno)).lowercased())
        }
    }
}
