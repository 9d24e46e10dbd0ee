import CZlib

/// A file's bytes, decompressed where they are those of gzip (RFC 1952).
final class GzipFile {
    private let path: String
    private let stream: gzFile

    init(path: String) throws(PictureDataError) {
        self.path = path
        guard let stream = gzopen(path, "rb") else {
            throw PictureDataError(path: path, .unreadable("no such file, or reading it is not permitted"))
        }
        self.stream = stream
        gzbuffer(stream, 1 << 17)
    }

    deinit { gzclose(stream) }

    /// The next `count` bytes; fewer only at the end.
    func read(_ count: Int) throws(PictureDataError) -> [UInt8] {
        var status: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // The C function wants the address of the unfilled part.
                status = gzread(stream, buffer.baseAddress! + filled, UInt32(min(count - filled, 1 << 24)))
                if status <= 0 { break }
                filled += Int(status)
            }
        }
        guard status >= 0 else {
            var code: Int32 = 0
            let message = gzerror(stream, &code).map { String(cString: $0) } ?? "damaged"
            throw PictureDataError(path: path, .unreadable(message))
        }
        return bytes
    }
}
