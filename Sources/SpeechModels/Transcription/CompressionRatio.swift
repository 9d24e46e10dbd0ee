import CZlib

/// How far a text shrinks under zlib: repetition is what a compressor finds first.
enum CompressionRatio {
    /// Bytes of UTF-8 to bytes under zlib at its standard level (Radford et al. 2022, section 4.5); 0 for no text.
    static func of(_ text: String) -> Float {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return 0 }
        var compressed = [UInt8](repeating: 0, count: Int(compressBound(uLong(bytes.count))))
        var count = uLongf(compressed.count)
        let status = compress(&compressed, &count, bytes, uLong(bytes.count))
        precondition(status == Z_OK, "zlib: status \(status) though its buffer has the size that it asks for")
        return Float(bytes.count) / Float(count)
    }
}
