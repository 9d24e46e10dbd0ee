import Checkpoints

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that grows at its end. Every piece goes to the system at once, so that a killed process loses nothing that it
/// has reported.
final class AppendedFile {
    private let path: String
    private let descriptor: Int32

    init(path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileError(path: path, .cannotWrite(code: errno)) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    func append(_ text: String) throws(FileError) { try append(Array(text.utf8)) }

    /// Returns when the contents are on the disk.
    func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
    }
}
