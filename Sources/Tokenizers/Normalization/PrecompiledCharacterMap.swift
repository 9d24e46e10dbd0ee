import Foundation

/// The table by which SentencePiece normalizes: a double-array trie from UTF-8 to places in a list of replacements
/// (Kudo and Richardson 2018; Aoe 1989 for the trie, in the layout of Darts-clone).
///
/// The bytes come from a file, so every step through the trie is checked against its size.
struct PrecompiledCharacterMap: Sendable, Equatable {
    /// The trie's units.
    private let units: [UInt32]
    /// The replacements, each ended by a zero.
    private let replacements: [UInt8]

    /// - Returns: nil if the bytes are no such table: the size of the trie, its units, and texts in UTF-8.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let size = Int(Self.word(bytes, at: 0))
        guard size > 0, size % 4 == 0, size <= bytes.count - 4 else { return nil }
        units = (0..<size / 4).map { Self.word(bytes, at: 4 + $0 * 4) }
        replacements = Array(bytes[(4 + size)...])
        guard String(validating: replacements, as: UTF8.self) != nil else { return nil }
    }

    private static func word(_ bytes: [UInt8], at index: Int) -> UInt32 {
        UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
            | UInt32(bytes[index + 3]) << 24
    }

    /// As Hugging Face `tokenizers` applies it: grapheme clusters of up to five bytes first, then single scalars. A key that
    /// only begins the cluster replaces all of it.
    func normalized(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        // Characters of a Swift string are extended grapheme clusters.
        for cluster in String(decoding: text, as: UTF8.self) {
            let bytes = Array(String(cluster).utf8)
            if bytes.count < 6, let replacement = replacement(of: bytes[...]) {
                result += replacement
                continue
            }
            var start = 0
            while start < bytes.count {
                let end = start + ScalarClass.scalar(in: bytes, at: start).length
                result += replacement(of: bytes[start..<end]) ?? bytes[start..<end]
                start = end
            }
        }
        return result
    }

    /// What stands for the shortest key that `text` begins with.
    private func replacement(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var node = Self.offset(units[0])
        for byte in text {
            guard byte != 0 else { return nil }
            node ^= Int(byte)
            guard node < units.count, units[node] & 0x8000_00FF == UInt32(byte) else { return nil }
            let hasLeaf = units[node] >> 8 & 1 != 0
            node ^= Self.offset(units[node])
            guard hasLeaf else { continue }
            guard node < units.count else { return nil }
            let start = Int(units[node] & 0x7FFF_FFFF)
            guard start < replacements.count else { return nil }
            return replacements[start...].prefix { $0 != 0 }
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
}
