#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whole files of bounded size.
enum PictureFile {
    /// The bytes of a file, or of a pipe to its end.
    static func bytes(_ path: String, limit: Int) throws(ImageError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .notFound(source: path)
            case EACCES, EPERM: throw .notPermitted(source: path)
            default: throw .system(source: path, operation: "opening", message: systemMessage())
            }
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw .system(source: path, operation: "fstat", message: systemMessage())
        }
        let kind = information.st_mode & S_IFMT
        guard kind != S_IFDIR else { throw .isDirectory(source: path) }
        let size = kind == S_IFREG ? Int(information.st_size) : 0
        guard size <= limit else { throw .fileTooLarge(source: path, limit: limit) }
        var bytes: [UInt8] = []
        // One more than is expected, to meet the end in the first piece.
        var piece = size + 1
        while true {
            let more = try read(descriptor, count: piece, path)
            if bytes.isEmpty { bytes = more } else { bytes += more }
            guard bytes.count <= limit else { throw .fileTooLarge(source: path, limit: limit) }
            guard more.count == piece else { return bytes }
            piece = 1 << 20
        }
    }

    /// Fewer than `count` bytes only at the end.
    private static func read(_ descriptor: Int32, count: Int, _ path: String) throws(ImageError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // The C function wants the address of the unfilled part.
                #if canImport(Glibc)
                    let received = Glibc.read(descriptor, buffer.baseAddress! + filled, count - filled)
                #else
                    let received = Musl.read(descriptor, buffer.baseAddress! + filled, count - filled)
                #endif
                if received < 0 && errno == EINTR { continue }
                if received < 0 { failure = errno }
                if received <= 0 { break }
                filled += received
            }
        }
        guard failure == 0 else {
            throw .system(source: path, operation: "reading", message: systemMessage(failure))
        }
        return bytes
    }

    /// Gives `bytes` the name `path` once they are all on disk; until then what had the name before keeps it.
    static func write(_ bytes: [UInt8], to path: String) throws(ImageError) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard !name.isEmpty, name != ".", name != ".." else {
            throw .cannotWrite(path: path, message: "this names no file")
        }
        // Not made of the name, which may be as long as names can be.
        let temporaryPath = "\(path.dropLast(name.count)).triptych-\(UInt64.random(in: .min ... .max)).part"
        let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, message: systemMessage()) }
        let isWritten = write(bytes, descriptor) && fsync(descriptor) == 0 && rename(temporaryPath, path) == 0
        let message = systemMessage()
        close(descriptor)
        guard isWritten else {
            unlink(temporaryPath)
            throw .cannotWrite(path: path, message: message)
        }
    }

    private static func write(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { piece in
                #if canImport(Glibc)
                    Glibc.write(descriptor, piece.baseAddress, piece.count)
                #else
                    Musl.write(descriptor, piece.baseAddress, piece.count)
                #endif
            }
            guard count >= 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(0, count))
        }
        return true
    }

    /// The text of the C library for an error number.
    private static func systemMessage(_ number: Int32 = errno) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
