#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Copies a pipe into a temporary file without a name, for formats whose reader has to move back and forth.
enum Spool {
    /// A descriptor at the start of a regular file that holds `prefix` and everything that is left in `input`.
    ///
    /// The file lies in `$TMPDIR` (else `/tmp`) and vanishes with its descriptor, however the process ends.
    static func file(
        prefix: [UInt8], rest input: FileDescriptor, limit: Int
    ) throws(AudioError) -> FileDescriptor {
        let output = try temporaryFile(source: input.source)
        var block = prefix
        var byteCount = 0
        repeat {
            byteCount += block.count
            guard byteCount <= limit else { throw .spoolLimitExceeded(source: input.source, limit: limit) }
            try write(block, to: output)
            block = try input.read(count: 1 << 18)
        } while !block.isEmpty
        try output.rewind()
        return output
    }

    private static func temporaryFile(source: String) throws(AudioError) -> FileDescriptor {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var template = Array((folder.isEmpty ? "/tmp" : folder).utf8CString.dropLast())
        template += Array("/triptych-XXXXXX".utf8CString)
        let number = mkstemp(&template)
        guard number >= 0 else {
            throw .system(
                source: source, operation: "creating a temporary file in \(folder.isEmpty ? "/tmp" : folder)",
                message: systemMessage())
        }
        unlink(template)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return FileDescriptor(owning: number, source: source)
    }

    private static func write(_ bytes: [UInt8], to output: FileDescriptor) throws(AudioError) {
        var written = 0
        while written < bytes.count {
            let accepted = bytes.withUnsafeBytes {
                Glibc.write(output.number, $0.baseAddress! + written, $0.count - written)  // not empty in the loop
            }
            if accepted < 0 && errno == EINTR { continue }
            guard accepted > 0 else {
                throw .system(
                    source: output.source, operation: "writing to a temporary file", message: systemMessage())
            }
            written += accepted
        }
    }
}
