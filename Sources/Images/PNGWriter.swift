import CPNG

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writes PNG (ISO/IEC 15948), by libpng.
public enum PNGWriter {
    /// The file's bytes. Throws ``ImageError`` where the picture is larger than the format or the memory allows.
    public static func encode(_ bitmap: Bitmap) throws(ImageError) -> [UInt8] {
        guard let width = UInt32(exactly: bitmap.width), let height = UInt32(exactly: bitmap.height) else {
            throw ImageError.cannotEncode(reason: "more than 2^31 pixels in a row or column")
        }
        var result = png_bytes()
        let isEncoded = bitmap.bytes.withUnsafeBufferPointer { pixels in
            // A bitmap is never empty.
            encode_png(pixels.baseAddress!, width, height, Int32(bitmap.channels), &result)
        }
        defer { free(result.bytes) }
        guard isEncoded, let bytes = result.bytes else {
            let reason = withUnsafeBytes(of: result.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            throw ImageError.cannotEncode(reason: reason)
        }
        return Array(UnsafeBufferPointer(start: bytes, count: result.count))
    }
}

/// A picture that cannot be read or written.
public enum ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotEncode(reason: String)

    public var description: String {
        switch self {
        case .cannotEncode(let reason): "the picture cannot be written as PNG: \(reason)"
        }
    }
}
