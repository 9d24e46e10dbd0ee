#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open descriptor of the operating system, closed when its last reference goes.
final class FileDescriptor {
    enum Kind { case regularFile, pipe, terminal, other }

    let number: Int32
    let source: String

    /// Takes over `number`.
    init(owning number: Int32, source: String) {
        self.number = number
        self.source = source
    }

    deinit { close(number) }

    /// Opens a file for reading, or duplicates standard input.
    static func open(_ source: AudioSource) throws(AudioError) -> FileDescriptor {
        let name = source.description
        let number =
            switch source {
            case .file(let path): Glibc.open(path, O_RDONLY | O_CLOEXEC)
            case .standardInput: fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
            }
        guard number >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .notFound(source: name)
            case EACCES, EPERM: throw .notPermitted(source: name)
            default: throw .system(source: name, operation: "opening", message: systemMessage())
            }
        }
        return FileDescriptor(owning: number, source: name)
    }

    /// What the descriptor refers to, and its size in bytes.
    func status() throws(AudioError) -> (kind: Kind, byteCount: Int) {
        var information = stat()
        guard fstat(number, &information) == 0 else {
            throw .system(source: source, operation: "fstat", message: systemMessage())
        }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: throw .isDirectory(source: source)
        case S_IFREG: return (.regularFile, Int(information.st_size))
        case S_IFIFO: return (.pipe, 0)
        default: return (isatty(number) == 1 ? .terminal : .other, 0)
        }
    }

    /// Up to `count` bytes from the current position on; fewer only at the end.
    func read(count: Int) throws(AudioError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // The C function wants the address of the unfilled part.
                let received = Glibc.read(number, buffer.baseAddress! + filled, count - filled)
                if received < 0 && errno == EINTR { continue }
                if received < 0 { failure = errno }
                if received <= 0 { break }
                filled += received
            }
        }
        guard failure == 0 else {
            throw .system(source: source, operation: "reading", message: systemMessage(failure))
        }
        return bytes
    }

    /// What is there, up to `count` bytes, waiting for the first of them; none at the end.
    func readAvailable(count: Int) throws(AudioError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var received: Int
            repeat { received = Glibc.read(number, buffer.baseAddress, count) } while received < 0 && errno == EINTR
            if received < 0 { failure = errno }
            filled = max(0, received)
        }
        guard failure == 0 else {
            throw .system(source: source, operation: "reading", message: systemMessage(failure))
        }
        return bytes
    }

    /// A second descriptor for the same open file and position, to be closed by whoever gets it; -1 on failure.
    func duplicated() -> Int32 { fcntl(number, F_DUPFD_CLOEXEC, 0) }

    /// Goes back to the start of a regular file.
    func rewind() throws(AudioError) {
        guard lseek(number, 0, SEEK_SET) == 0 else {
            throw .system(source: source, operation: "rewinding", message: systemMessage())
        }
    }

    /// Up to `count` bytes from `offset` on, leaving the position alone; for regular files. Empty where that fails.
    func peek(count: Int, at offset: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(number, buffer.baseAddress, count, offset))
        }
    }
}

/// The text of the C library for an error number.
func systemMessage(_ number: Int32 = errno) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
