#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that could not be read to its end.
public struct FileHashingError: Error, Sendable, Equatable, CustomStringConvertible {
    public let path: String
    /// The system's error number.
    public let code: Int32

    public var description: String { "cannot hash \(path): \(String(cString: strerror(code)))" }
}

extension SHA256 {
    /// The hash of a file's contents, read in pieces, so that its size does not matter.
    public static func hash(contentsOfFile path: String) throws(FileHashingError) -> SHA256Digest {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileHashingError(path: path, code: errno) }
        defer { close(descriptor) }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { throw FileHashingError(path: path, code: errno) }
                continue
            }
            guard count > 0 else { return hash.finalized() }
            buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
