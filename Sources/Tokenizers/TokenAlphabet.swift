/// How a vocabulary writes its tokens.
enum TokenAlphabet: Sendable, Equatable {
    /// Each byte as a character of its own (``ByteLevelAlphabet``).
    case byteLevel
    /// As text, with "▁" for a space, and single bytes as `<0x0A>` (SentencePiece with byte fallback).
    case spaceMarked
    /// As text, as it is.
    case characters

    /// Appends the bytes that the UTF-8 text `token` stands for.
    func appendBytes(of token: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        switch self {
        case .byteLevel: ByteLevelAlphabet.appendBytes(of: token, to: &result)
        case .characters: result.append(contentsOf: token)
        case .spaceMarked:
            if let byte = Self.byte(token) {
                result.append(byte)
                return
            }
            var index = 0
            while index < token.count {
                if token[index...].starts(with: Self.spaceMark) {
                    result.append(UInt8(ascii: " "))
                    index += Self.spaceMark.count
                } else {
                    result.append(token[index])
                    index += 1
                }
            }
        }
    }

    /// "▁", U+2581.
    static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

    /// How a vocabulary with ``spaceMarked`` writes one byte.
    static func token(of byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
    }

    /// The byte that `<0x0A>` stands for; nil for every other token.
    static func byte(_ token: UnsafeBufferPointer<UInt8>) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
    }
}
