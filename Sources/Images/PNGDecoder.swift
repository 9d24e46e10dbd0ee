import CPNG

/// PNG (ISO/IEC 15948) by libpng's row functions: what a header promised, as RGB.
enum PNGDecoder {
    static func decode(
        _ bytes: [UInt8], _ header: ImageHeader, background: [UInt8], source: String
    ) throws(ImageError) -> Bitmap {
        var failure = png_failure()
        var isDecoded = false
        let byteCount = header.storedWidth * header.storedHeight * 3
        let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            // A header has pixels, so the buffer an address.
            isDecoded = decode_png(
                bytes, bytes.count, UInt32(header.storedWidth), UInt32(header.storedHeight), background,
                buffer.baseAddress!, &failure)
            count = isDecoded ? byteCount : 0
        }
        guard isDecoded else { throw error(failure, source: source) }
        return Bitmap(width: header.storedWidth, height: header.storedHeight, channels: 3, bytes: pixels)
    }

    private static func error(_ failure: png_failure, source: String) -> ImageError {
        let message = failure.text
        return switch Int(failure.kind) {
        case PNG_FAILURE_TRUNCATED: .truncated(source: source, format: .png, message: message)
        case PNG_FAILURE_OUT_OF_MEMORY: .system(source: source, operation: "decoding", message: message)
        default: .malformed(source: source, format: .png, message: message)
        }
    }
}

extension png_failure {
    var text: String {
        withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
