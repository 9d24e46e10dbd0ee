/// A text file in pieces of bounded length.
///
/// A piece ends between a letter or a number and white space, where no pattern of byte-level tokenizers has a word go on:
/// the pieces have together the tokens of the whole.
struct TextPieces {
    /// Bytes of a piece, more or less.
    static let length = 1 << 20
    /// A text without any place to cut within this many bytes is cut between two characters.
    static let longestPiece = 1 << 24

    let path: String

    /// - Parameters:
    ///   - body: called with each piece; the last one may be empty.
    ///   - noting: called with each line that is not UTF-8; where it does not throw, the line is left out.
    func read(each body: (TextCorpus.Piece) throws -> Void, bad noting: (TextCorpusError) throws -> Void) throws {
        let chunks = try FileChunks(path: path)
        var rest: [UInt8] = []
        var line = 1
        var isFirst = true
        while true {
            let chunk = try chunks.next(Self.length)
            rest.append(contentsOf: chunk)
            if isFirst, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
            isFirst = false
            let isLast = chunk.isEmpty
            let end = isLast ? rest.count : Self.cut(rest)
            guard end > 0 || isLast else { continue }
            let piece = rest[..<end]
            let text = try String(validating: piece, as: UTF8.self) ?? validText(piece, firstLine: line, noting)
            line += piece.count { $0 == 0x0A }
            rest.removeFirst(end)
            try body(TextCorpus.Piece(text: text, endsText: isLast))
            if isLast { return }
        }
    }

    /// The lines of `bytes` that are UTF-8. The last one may go on in the next piece; what is left of it then stands alone.
    private func validText(
        _ bytes: ArraySlice<UInt8>, firstLine: Int, _ noting: (TextCorpusError) throws -> Void
    ) throws -> String {
        var text = ""
        var start = bytes.startIndex
        var number = firstLine
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.endIndex
            if let line = String(validating: bytes[start..<end], as: UTF8.self) {
                text += line
            } else {
                try noting(TextCorpusError(path: path, line: number, .notUTF8))
            }
            start = end
            number += 1
        }
        return text
    }

    /// Where a piece may end, as late as possible; 0 where it is better to read on.
    static func cut(_ bytes: [UInt8]) -> Int {
        var index = bytes.count - 1
        while index > 0 {
            if isSpace(bytes[index]), endsLetterOrNumber(bytes, before: index) { return index }
            index -= 1
        }
        guard bytes.count >= longestPiece else { return 0 }
        index = bytes.count - 1
        while index > bytes.count - 4, bytes[index] & 0xC0 == 0x80 { index -= 1 }
        return index
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func endsLetterOrNumber(_ bytes: [UInt8], before index: Int) -> Bool {
        var start = index - 1
        while start > 0, index - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        guard let scalar = String(validating: bytes[start..<index], as: UTF8.self)?.unicodeScalars.first else {
            return false
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }
}
