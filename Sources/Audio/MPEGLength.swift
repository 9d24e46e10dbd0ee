import CSoundFile

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Whether an MP3 says how long it is.
///
/// Without that, libsndfile takes the length that the decoder estimates from the first frames, and reads no further:
/// of a recording with a variable bit rate, most may be lost. Such files are read as though they had no end.
enum MPEGLength {
    /// Looks for the tag that encoders put into the first frame, behind an ID3 tag if there is one.
    static func isGiven(in file: FileDescriptor) -> Bool {
        let head = file.peek(count: 10, at: 0)
        var start = 0
        if head.count == 10 && head.starts(with: "ID3".utf8) {
            start = 10 + head[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
        }
        let frame = file.peek(count: 4096, at: start)
        return ["Xing", "Info", "VBRI"].contains { name in
            frame.indices.contains { frame[$0...].starts(with: name.utf8) }
        }
    }
}

extension FileDescriptor {
    /// Opens a regular file for libsndfile as one that can be read and wound back, but not measured by going to its end.
    ///
    /// The handle uses this descriptor, which must outlive it.
    func openForwardOnly(_ information: inout SF_INFO) -> OpaquePointer? {
        var callbacks = SF_VIRTUAL_IO(
            get_filelen: { context in
                let descriptor = FileDescriptor.at(context)
                return sf_count_t((try? descriptor.status().byteCount) ?? -1)
            },
            seek: { offset, whence, context in
                whence == SEEK_END ? -1 : sf_count_t(lseek(FileDescriptor.at(context).number, off_t(offset), whence))
            },
            read: { buffer, count, context in
                guard let bytes = try? FileDescriptor.at(context).read(count: Int(count)) else { return 0 }
                bytes.withUnsafeBytes { source in
                    if let start = source.baseAddress { buffer?.copyMemory(from: start, byteCount: source.count) }
                }
                return sf_count_t(bytes.count)
            },
            write: { _, _, _ in 0 },
            tell: { context in sf_count_t(lseek(FileDescriptor.at(context).number, 0, SEEK_CUR)) })
        return sf_open_virtual(
            &callbacks, Int32(SFM_READ), &information, Unmanaged.passUnretained(self).toOpaque())
    }

    /// The descriptor behind libsndfile's `user_data`.
    private static func at(_ context: UnsafeMutableRawPointer?) -> FileDescriptor {
        Unmanaged.fromOpaque(context!).takeUnretainedValue()  // given above, and alive as long as the handle
    }
}
