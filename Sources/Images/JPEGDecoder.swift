import CJPEG

/// JPEG by libjpeg-turbo: what a header promised, as RGB.
enum JPEGDecoder {
    static func decode(_ bytes: [UInt8], _ header: ImageHeader, source: String) throws(ImageError) -> Bitmap {
        var failure = jpeg_failure()
        var isDecoded = false
        let byteCount = header.storedWidth * header.storedHeight * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            // A header has pixels, so the buffer an address.
            isDecoded = decode_jpeg(
                bytes, bytes.count, UInt32(header.storedWidth), UInt32(header.storedHeight), buffer.baseAddress!,
                &failure)
            count = isDecoded ? byteCount : 0
        }
        guard isDecoded else { throw error(failure, source: source) }
        return Bitmap(width: header.storedWidth, height: header.storedHeight, channels: 3, bytes: pixels)
    }

    static func error(_ failure: jpeg_failure, source: String) -> ImageError {
        let message = withUnsafeBytes(of: failure.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return switch Int(failure.kind) {
        case JPEG_FAILURE_TRUNCATED: .truncated(source: source, format: .jpeg, message: message)
        case JPEG_FAILURE_UNSUPPORTED: .unsupported(source: source, format: .jpeg, message: message)
        default: .malformed(source: source, format: .jpeg, message: message)
        }
    }
}
