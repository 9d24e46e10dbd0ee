/// The characters that byte-level vocabularies write bytes with (GPT-2's `bytes_to_unicode`).
///
/// Bytes that Latin-1 prints stand for themselves; the other 68 become U+0100, U+0101, … in order, so that a token never
/// contains white space: the space is "Ġ".
enum ByteLevelAlphabet {
    /// The scalar value of each byte, 256 of them.
    static let scalarValues: [UInt16] = {
        var next: UInt16 = 0x100
        return (0..<256).map { (byte: UInt16) -> UInt16 in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte of each scalar value below 0x144, or -1.
    static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, value) in scalarValues.enumerated() { bytes[Int(value)] = Int16(byte) }
        return bytes
    }()

    /// Appends the bytes that the UTF-8 text `token` stands for. A token with any other character stands for its own
    /// UTF-8 (as in Hugging Face's decoder `ByteLevel`); such are special tokens in the vocabulary.
    static func appendBytes(of token: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        let start = result.count
        let table = bytes
        var index = 0
        while index < token.count {
            let lead = token[index]
            var value = Int(lead)
            if lead >= 0x80 {
                // Two-byte forms alone reach the alphabet; the text is valid UTF-8.
                value = lead < 0xE0 ? Int(lead & 0x1F) << 6 | Int(token[index + 1] & 0x3F) : .max
                index += 1
            }
            index += 1
            guard value < table.count, table[value] >= 0 else {
                result.removeSubrange(start...)
                result.append(contentsOf: token)
                return
            }
            result.append(UInt8(table[value]))
        }
    }

    /// The UTF-8 of the characters for `bytes`.
    static func token(for bytes: some Collection<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        let table = scalarValues
        for byte in bytes {
            let value = table[Int(byte)]
            if value < 0x80 {
                result.append(UInt8(value))
            } else {
                result.append(UInt8(0xC0 | value >> 6))
                result.append(UInt8(0x80 | value & 0x3F))
            }
        }
        return result
    }
}
