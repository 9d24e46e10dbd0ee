/// What SentencePiece does to a text before it looks for pieces: characters by a table, spaces as "▁", one in front, and
/// where a model wants it no more than one at a time and none at the ends.
struct SentencePieceNormalization: Sendable {
    let map: PrecompiledCharacterMap?
    let addsSpacePrefix: Bool
    let removesExtraSpaces: Bool
    /// Stay as they are.
    let userDefined: AddedTokenMatcher

    struct Result {
        var text: [UInt8] = []
        /// Ranges of `text` in which no control token is meant.
        var plain: PlainText?
    }

    private static let space = UInt8(ascii: " ")

    /// `text[range]` normalized; the result is valid UTF-8.
    ///
    /// - Parameter plain: in places of `text`.
    func normalized(_ text: [UInt8], _ range: Range<Int>, plain: PlainText?) -> Result {
        var result = Result()
        result.text.reserveCapacity(range.count + range.count / 2 + 3)
        var plainRanges: [Range<Int>] = []
        var index = range.lowerBound
        if removesExtraSpaces {
            while index < range.upperBound {
                let (piece, end) = piece(of: text, from: index, to: range.upperBound, plain: plain)
                guard piece.elementsEqual([Self.space]) else { break }
                index = end
            }
        }
        guard index < range.upperBound else { return result }
        if addsSpacePrefix { result.text += TokenAlphabet.spaceMark }
        var followsSpace = removesExtraSpaces
        while index < range.upperBound {
            var (piece, end) = piece(of: text, from: index, to: range.upperBound, plain: plain)
            if followsSpace { piece = piece.drop { $0 == Self.space } }
            let start = result.text.count
            for byte in piece {
                if byte == Self.space { result.text += TokenAlphabet.spaceMark } else { result.text.append(byte) }
            }
            if !piece.isEmpty { followsSpace = removesExtraSpaces && piece.last == Self.space }
            if let plain, plain.overlaps(index..<end) {
                if let last = plainRanges.last, last.upperBound == start {
                    plainRanges[plainRanges.count - 1] = last.lowerBound..<result.text.count
                } else if start < result.text.count {
                    plainRanges.append(start..<result.text.count)
                }
            }
            index = end
        }
        if removesExtraSpaces {
            while result.text.suffix(3) == TokenAlphabet.spaceMark[...] { result.text.removeLast(3) }
        }
        result.plain = plain.map { PlainText(plainRanges, controlTokens: $0.controlTokens) }
        return result
    }

    /// What stands for the beginning of the rest of a text, and where that ends.
    private func piece(
        of text: [UInt8], from start: Int, to end: Int, plain: PlainText?
    ) -> (piece: ArraySlice<UInt8>, end: Int) {
        if let token = userDefined.longestToken(in: text, from: start, to: end, plain: plain) {
            return (text[start..<token.end], token.end)
        }
        if let map, let (length, replacement) = map.longestReplacement(of: text[start..<end]) {
            return (replacement, start + length)
        }
        guard text[start] & 0xC0 != 0x80 else {
            // A damaged table took the beginning of a character.
            return ([0xEF, 0xBF, 0xBD], start + 1)
        }
        let end = start + text[start].characterLength
        return (text[start..<end], end)
    }
}
