import Foundation
import Hashing
import Synchronization

/// A file that is being fetched: `NAME.part`, and beside it `NAME.part.tag` with the ETag that its bytes belong to,
/// so that a later process can go on where this one stopped.
final class PartialFile: Sendable {
    let url: URL
    private let tagURL: URL
    private let descriptor: Int32
    private let state: Mutex<State>

    private struct State {
        var byteCount: Int
        var tag: String?
    }

    /// Opens what an earlier attempt left, or begins anew.
    init(at url: URL) throws(ModelCatalogError) {
        self.url = url
        tagURL = url.appendingPathExtension("tag")
        try makeFolder(url.deletingLastPathComponent())
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .lastSystemError(action: "write", path: url.path) }
        let byteCount = Int(lseek(descriptor, 0, SEEK_END))
        let tag = try? String(contentsOf: tagURL, encoding: .utf8)
        state = Mutex(State(byteCount: byteCount, tag: tag))
        // Bytes of unknown origin cannot be continued.
        if tag == nil, byteCount > 0 { try restart(tag: nil) }
    }

    deinit { close(descriptor) }

    var byteCount: Int { state.withLock { $0.byteCount } }
    /// The ETag of the bytes so far; nil where the server gave none that identifies them.
    var tag: String? { state.withLock { $0.tag } }

    /// Drops all bytes; those that follow belong to `tag`.
    func restart(tag: String?) throws(ModelCatalogError) {
        guard ftruncate(descriptor, 0) == 0 else { throw .lastSystemError(action: "write", path: url.path) }
        try? FileManager.default.removeItem(at: tagURL)
        if let tag {
            do {
                try Data(tag.utf8).write(to: tagURL)
            } catch {
                throw .fileSystem(action: "write", path: tagURL.path, reason: reason(of: error))
            }
        }
        state.withLock { $0 = State(byteCount: 0, tag: tag) }
    }

    func append(_ data: Data) throws(ModelCatalogError) {
        let start = byteCount
        var written = 0
        while written < data.count {
            // The pointer is valid during the call, which is all that pwrite(2) needs.
            let count = data.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + written, data.count - written, off_t(start + written))
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .lastSystemError(action: "write", path: url.path)
            }
        }
        state.withLock { $0.byteCount = start + data.count }
    }

    /// Gives the finished file its name.
    func publish(as name: URL) throws(ModelCatalogError) {
        guard fsync(descriptor) == 0, rename(url.path, name.path) == 0 else {
            throw .lastSystemError(action: "write", path: name.path)
        }
        try? FileManager.default.removeItem(at: tagURL)
    }

    /// Deletes the file: its bytes are wrong.
    func discard() {
        unlink(url.path)
        unlink(tagURL.path)
    }
}

extension ModelCatalogError {
    /// The error of the system call that has just failed.
    static func lastSystemError(action: String, path: String) -> ModelCatalogError {
        .fileSystem(action: action, path: path, reason: String(cString: strerror(errno)).lowercased())
    }
}
