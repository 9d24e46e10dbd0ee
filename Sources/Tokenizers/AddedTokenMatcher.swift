/// Finds added tokens in text: the leftmost, and of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
    /// A piece of the text; `id` is nil for what is no added token. Pieces may overlap where a token that begins with
    /// white space follows one that took that space along (as in Hugging Face `tokenizers`).
    struct Piece: Equatable {
        let id: Int?
        let range: Range<Int>
    }

    private let tokens: [AddedToken]
    /// The child of a node under a byte, keyed by `node << 8 | byte`; node 0 is the root.
    private var children: [Int: Int] = [:]
    /// The token that ends at a node.
    private var tokenOfNode: [Int?] = [nil]
    private var beginsToken = [Bool](repeating: false, count: 256)

    /// - Parameter contents: what to look for, one per token; the first of equal ones counts.
    init(_ tokens: [AddedToken], contents: [[UInt8]]) {
        precondition(tokens.count == contents.count, "one content per token")
        self.tokens = tokens
        for (number, content) in contents.enumerated() {
            guard let first = content.first else { continue }
            beginsToken[Int(first)] = true
            var node = 0
            for byte in content {
                let key = node << 8 | Int(byte)
                if let child = children[key] {
                    node = child
                } else {
                    children[key] = tokenOfNode.count
                    node = tokenOfNode.count
                    tokenOfNode.append(nil)
                }
            }
            if tokenOfNode[node] == nil { tokenOfNode[node] = number }
        }
    }

    /// Cuts `text[range]` (valid UTF-8) at the added tokens.
    ///
    /// - Parameters:
    ///   - plain: where its control tokens are not looked for.
    ///   - forbidden: tokens that are not looked for at all.
    func split(
        _ text: [UInt8], _ range: Range<Int>, plain: PlainText? = nil, forbidding forbidden: Set<Int> = []
    ) -> [Piece] {
        guard !children.isEmpty else { return range.isEmpty ? [] : [Piece(id: nil, range: range)] }
        var pieces: [Piece] = []
        var endOfPieces = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            guard beginsToken[Int(text[index])],
                let match = longestMatch(
                    in: text, from: index, to: range.upperBound, plain: plain, forbidding: forbidden)
            else {
                index += 1
                continue
            }
            var start = index
            var end = match.end
            // The search goes on behind the match, also when the match does not count.
            index = match.end
            let token = tokens[match.token]
            if token.isSingleWord, isWord(in: text, range, before: start) || isWord(in: text, range, at: end) {
                continue
            }
            if token.stripsLeft { start = max(startOfSpace(in: text, range, before: start), endOfPieces) }
            if token.stripsRight { end = endOfSpace(in: text, range, from: end) }
            if endOfPieces < start { pieces.append(Piece(id: nil, range: endOfPieces..<start)) }
            pieces.append(Piece(id: token.id, range: start..<end))
            endOfPieces = end
        }
        if endOfPieces < range.upperBound { pieces.append(Piece(id: nil, range: endOfPieces..<range.upperBound)) }
        return pieces
    }

    /// The longest token that stands at `start`, and where it ends.
    func longestToken(in text: [UInt8], from start: Int, to end: Int, plain: PlainText? = nil) -> (id: Int, end: Int)? {
        guard beginsToken[Int(text[start])] else { return nil }
        return longestMatch(in: text, from: start, to: end, plain: plain, forbidding: []).map {
            (tokens[$0.token].id, $0.end)
        }
    }

    private func longestMatch(
        in text: [UInt8], from start: Int, to end: Int, plain: PlainText?, forbidding forbidden: Set<Int>
    ) -> (token: Int, end: Int)? {
        let endOfControl = plain?.endOfControl(from: start, limit: end) ?? end
        func isAllowed(_ token: Int, end: Int) -> Bool {
            if end > endOfControl, plain?.controlTokens.contains(tokens[token].id) == true { return false }
            return forbidden.isEmpty || !forbidden.contains(tokens[token].id)
        }
        var node = 0
        var longest: (token: Int, end: Int)?
        for index in start..<end {
            guard let child = children[node << 8 | Int(text[index])] else { break }
            node = child
            if let token = tokenOfNode[node], isAllowed(token, end: index + 1) { longest = (token, index + 1) }
        }
        return longest
    }

    private func isWord(in text: [UInt8], _ range: Range<Int>, at index: Int) -> Bool {
        index < range.upperBound && ScalarClass.scalar(in: text, at: index).scalar.isWord
    }

    private func isWord(in text: [UInt8], _ range: Range<Int>, before index: Int) -> Bool {
        index > range.lowerBound
            && ScalarClass.scalar(in: text, at: startOfScalar(in: text, before: index)).scalar.isWord
    }

    private func startOfSpace(in text: [UInt8], _ range: Range<Int>, before index: Int) -> Int {
        var start = index
        while start > range.lowerBound {
            let previous = startOfScalar(in: text, before: start)
            guard ScalarClass.next(in: text, at: previous).class == .space else { break }
            start = previous
        }
        return start
    }

    private func endOfSpace(in text: [UInt8], _ range: Range<Int>, from index: Int) -> Int {
        var end = index
        while end < range.upperBound {
            let next = ScalarClass.next(in: text, at: end)
            guard next.class == .space else { break }
            end += next.length
        }
        return end
    }

    private func startOfScalar(in text: [UInt8], before index: Int) -> Int {
        var start = index - 1
        while text[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }
}
