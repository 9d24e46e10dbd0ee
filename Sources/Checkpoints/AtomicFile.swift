#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that appears under its name only when it is whole: written beside it under a temporary name, synced, renamed.
///
/// Given up (or never committed), it leaves nothing behind.
public final class AtomicFile {
    public let path: String
    private let temporaryPath: String
    private let descriptor: Int32
    private var isCommitted = false

    public init(path: String) throws(FileError) {
        let (folder, name) = Self.split(path)
        guard !name.isEmpty, name != ".", name != ".." else { throw FileError(path: path, .notAPlainFileName) }
        self.path = path
        temporaryPath = "\(folder)/.\(name).\(UInt64.random(in: .min ... .max))"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporaryPath) }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Glibc)
                let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
            #else
                let count = Musl.write(descriptor, piece.baseAddress, piece.count)
            #endif
            guard count >= 0 || errno == EINTR else { throw FileError(path: path, .cannotWrite(code: errno)) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Takes the place of as many bytes at the beginning, which have been written before.
    func overwriteBeginning(_ bytes: [UInt8]) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, bytes.count - $0.count) }
            guard count >= 0 || errno == EINTR else { throw FileError(path: path, .cannotWrite(code: errno)) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Syncs the contents, gives the file its name and syncs the folder. Replaces what had the name before.
    public func commit() throws(FileError) {
        guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
            throw FileError(path: path, .cannotWrite(code: errno))
        }
        isCommitted = true
        try Self.syncFolder(Self.split(path).folder)
    }

    static func syncFolder(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, .cannotOpen(code: errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(path: path, .cannotWrite(code: errno)) }
    }

    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }
}
