import Foundation

/// Files that are complete or absent: written under a temporary name in the same folder, synced, then renamed.
public enum ResultFile {
    /// Writes `contents` to `path`. What stood there before stays until the new file is whole. Devices and pipes, which
    /// cannot be renamed over, are written directly.
    public static func write(_ contents: String, to path: String) throws(OutputError) {
        let writer = try ResultFileWriter(path)
        try writer.write(contents)
        try writer.finish()
    }

    /// Finds out, before long work begins, whether `path` can be written, by creating a file beside it and removing
    /// it at once: permissions alone do not tell (read-only and foreign file systems, the superuser).
    public static func checkWritable(_ path: String) throws(OutputError) {
        let target = resolvedPath(path) ?? path
        switch FileKind.of(target) {
        case .success(.folder): throw .cannotWrite(path: path, SystemError(code: EISDIR))
        case .success(.other): return
        case .success(.regular), .failure: break
        }
        let (descriptor, temporaryPath) = try openTemporary(beside: target, reportedAs: path)
        close(descriptor)
        unlink(temporaryPath)
    }

    static func openTemporary(
        beside target: String, reportedAs path: String
    ) throws(OutputError) -> (descriptor: Int32, path: String) {
        let token = String(UInt64.random(in: .min ... .max), radix: 36)
        // Not built from the target's name, which may already have the greatest length that a name can have.
        let temporaryPath = "\(folder(of: target))/.triptych-\(getpid())-\(token).part"
        let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, .last) }
        return (descriptor, temporaryPath)
    }
}
