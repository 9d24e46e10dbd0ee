#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Bytes of files that describe pictures.
enum LabelFile {
    /// The whole file.
    ///
    /// - Parameter limit: bytes; a larger file is not read.
    static func bytes(_ path: String, limit: Int) throws(BoxDataError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw BoxDataError(path: path, .unreadable(message(errno))) }
        defer { fclose(file) }
        var status = stat()
        guard fstat(fileno(file), &status) == 0 else { throw BoxDataError(path: path, .unreadable(message(errno))) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw BoxDataError(path: path, .unreadable("it is a folder")) }
        guard status.st_size <= limit else { throw BoxDataError(path: path, .tooLarge(limit: limit)) }
        // One more than is expected, to meet the end in the first piece; a pipe has no size.
        var (bytes, piece) = ([UInt8](), Int(status.st_size) + 1)
        while true {
            let more = read(file, count: piece)
            if bytes.isEmpty { bytes = more } else { bytes += more }
            guard bytes.count <= limit else { throw BoxDataError(path: path, .tooLarge(limit: limit)) }
            guard more.count == piece else { break }
            piece = 1 << 16
        }
        guard ferror(file) == 0 else { throw BoxDataError(path: path, .unreadable(message(errno))) }
        return bytes
    }

    /// The lines of a text file.
    static func lines(_ path: String, limit: Int) throws(BoxDataError) -> [ManifestText.Line] {
        try lines(of: bytes(path, limit: limit), path: path)
    }

    /// - Parameter path: what errors call the file.
    static func lines(of bytes: [UInt8], path: String) throws(BoxDataError) -> [ManifestText.Line] {
        do throws(ManifestError) {
            return try ManifestText(path: path, bytes: bytes).allLines
        } catch {
            throw BoxDataError(path: path, at: error.line.map { .line($0) }, .notUTF8)
        }
    }

    /// The first bytes, fewer where there are not so many; none of what cannot be read.
    static func beginning(of path: String, count: Int) -> [UInt8] {
        guard isFile(path), let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        return read(file, count: count)
    }

    #if canImport(Glibc)
        private typealias Stream = UnsafeMutablePointer<FILE>
    #else
        private typealias Stream = OpaquePointer
    #endif

    private static func read(_ file: Stream, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = fread(buffer.baseAddress, 1, count, file)
        }
    }

    private static func message(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0).lowercased() } ?? "error \(number)"
    }
}
