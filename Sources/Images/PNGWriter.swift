import CPNG

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes PNG (ISO/IEC 15948), by libpng.
public enum PNGWriter {
    /// A note that travels with a picture, as `Title`, `Author`, `Description`, `Software` or `Comment`.
    public struct Note: Sendable, Hashable {
        /// 1 to 79 characters of printable ASCII, without a space at either end or two in a row.
        public var keyword: String
        /// Any text without a NUL.
        public var text: String

        public init(_ keyword: String, _ text: String) { (self.keyword, self.text) = (keyword, text) }

        var isValid: Bool {
            let bytes = Array(keyword.utf8)
            return (1...79).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7E).contains($0) }
                && bytes.first != 0x20 && bytes.last != 0x20 && !keyword.contains("  ") && !text.utf8.contains(0)
        }
    }

    /// The file's bytes. Throws ``ImageError`` where the picture is larger than the format or the memory allows, or where a
    /// note is not valid.
    public static func encode(_ bitmap: Bitmap, notes: [Note] = []) throws(ImageError) -> [UInt8] {
        guard let width = UInt32(exactly: bitmap.width), let height = UInt32(exactly: bitmap.height) else {
            throw ImageError.cannotEncode(reason: "more than 2^31 pixels in a row or column")
        }
        if let note = notes.first(where: { !$0.isValid }) {
            throw ImageError.cannotEncode(reason: "no keyword and text of a note: \(note.keyword.debugDescription)")
        }
        // libpng reads them until the picture is encoded; strdup ends the process's memory before it fails.
        let entries = notes.map { note in
            png_entry(
                keyword: strdup(note.keyword), text: strdup(note.text),
                is_ascii: note.text.utf8.allSatisfy { $0 < 0x80 })
        }
        var (result, failure) = (png_bytes(), png_failure())
        let isEncoded = bitmap.bytes.withUnsafeBufferPointer { pixels in
            // A bitmap is never empty.
            encode_png(
                pixels.baseAddress!, width, height, Int32(bitmap.channels), entries, Int32(entries.count), &result,
                &failure)
        }
        for entry in entries {
            free(UnsafeMutablePointer(mutating: entry.keyword))
            free(UnsafeMutablePointer(mutating: entry.text))
        }
        defer { free(result.bytes) }
        guard isEncoded, let bytes = result.bytes else { throw ImageError.cannotEncode(reason: failure.text) }
        return Array(UnsafeBufferPointer(start: bytes, count: result.count))
    }

    /// Writes a file that is there whole or not at all.
    public static func write(_ bitmap: Bitmap, to path: String, notes: [Note] = []) throws(ImageError) {
        try PictureFile.write(encode(bitmap, notes: notes), to: path)
    }
}
