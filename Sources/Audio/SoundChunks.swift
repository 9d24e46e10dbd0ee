/// How many bytes of sound a container's header promises, to notice files that were cut off.
///
/// libsndfile reads such files without a word. Only containers of chunks (WAV, AIFF) and AU are looked into.
enum SoundChunks {
    enum Extent: Equatable {
        /// The container is another one, or gives no length.
        case unknown
        /// The header ends before the sound is announced.
        case absent
        /// The length was never filled in, as by a recorder that was stopped hard.
        case blank
        case bytes(declared: Int, present: Int)
    }

    /// Lengths from here on are written by programs that do not know the length yet (0xFFFFFFFF, 0x7FFFFFFF, …).
    static let firstPlaceholder = 0x7FFF_0000

    static func extent(in file: FileDescriptor, byteCount: Int) -> Extent {
        let head = file.peek(count: 12, at: 0)
        guard head.count >= 4 else { return .unknown }
        switch String(decoding: head[..<4], as: UTF8.self) {
        case "RIFF": return chunk("data", in: file, byteCount: byteCount, isBigEndian: false)
        case "RIFX": return chunk("data", in: file, byteCount: byteCount, isBigEndian: true)
        case "FORM": return chunk("SSND", in: file, byteCount: byteCount, isBigEndian: true)
        case ".snd" where head.count == 12:
            let start = integer(head[4..<8], isBigEndian: true)
            return extent(declared: integer(head[8..<12], isBigEndian: true), start: start, byteCount: byteCount)
        default: return .unknown
        }
    }

    /// Finds a chunk by the lengths of those before it.
    private static func chunk(
        _ name: String, in file: FileDescriptor, byteCount: Int, isBigEndian: Bool
    ) -> Extent {
        var offset = 12
        // The bound only keeps a hostile file from taking long.
        for _ in 0..<1000 {
            let head = file.peek(count: 8, at: offset)
            guard head.count == 8 else { return .absent }
            let length = integer(head[4...], isBigEndian: isBigEndian)
            if head.starts(with: name.utf8) {
                // With both lengths 0 the file was never completed; with one, there is no sound in it.
                if length == 0 && file.peek(count: 4, at: 4) == [0, 0, 0, 0] { return .blank }
                return extent(declared: length, start: offset + 8, byteCount: byteCount)
            }
            offset += 8 + length + length % 2
        }
        return .unknown
    }

    private static func extent(declared: Int, start: Int, byteCount: Int) -> Extent {
        guard declared > 0, declared < firstPlaceholder else { return .unknown }
        return .bytes(declared: declared, present: max(0, min(declared, byteCount - start)))
    }

    /// An unsigned number of up to four bytes.
    static func integer(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Int {
        (isBigEndian ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }
}
