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

    /// As SentencePiece itself applies it: what stands for the longest key that `text` begins with.
    ///
    /// - Returns: how much of the text the key is, and valid UTF-8.
    func longestReplacement(of text: ArraySlice<UInt8>) -> (length: Int, replacement: ArraySlice<UInt8>)? {
        var longest: (length: Int, replacement: ArraySlice<UInt8>)?
        forEachKey(of: text) { length, replacement in
            // One that begins inside a character is damage.
            if replacement.first.map({ $0 & 0xC0 != 0x80 }) ?? true { longest = (length, replacement) }
            return true
        }
        return longest
    }

    /// The length of the longest replacement.
    var longestReplacement: Int {
        var (longest, current) = (0, 0)
        for byte in replacements {
            current = byte == 0 ? 0 : current + 1
            longest = max(longest, current)
        }
        return longest
    }

    /// What stands for the shortest key that `text` begins with.
    private func replacement(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var shortest: ArraySlice<UInt8>?
        forEachKey(of: text) { _, replacement in
            shortest = replacement
            return false
        }
        return shortest
    }

    /// Calls `body` with each key that `text` begins with, from the shortest to the longest, until it says that this is
    /// enough.
    private func forEachKey(
        of text: ArraySlice<UInt8>, _ body: (_ length: Int, _ replacement: ArraySlice<UInt8>) -> Bool
    ) {
        var node = Self.offset(units[0])
        for (index, byte) in text.enumerated() {
            guard byte != 0 else { return }
            node ^= Int(byte)
            guard node < units.count, units[node] & 0x8000_00FF == UInt32(byte) else { return }
            let hasLeaf = units[node] >> 8 & 1 != 0
            node ^= Self.offset(units[node])
            guard hasLeaf else { continue }
            guard node < units.count else { return }
            let start = Int(units[node] & 0x7FFF_FFFF)
            guard start < replacements.count else { return }
            guard body(index + 1, replacements[start...].prefix { $0 != 0 }) else { return }
        }
    }

    private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
}
