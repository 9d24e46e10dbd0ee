/// The pieces of a normalized text, as SentencePiece finds them: scores in single precision, their sums in double, and ties as
/// it has them, so that its ids come out.
struct SentencePieceSegmentation: Sendable {
    /// By id.
    let scores: [Float]
    let kinds: [SentencePieceFile.Kind]
    let unknownID: Int
    /// What a text may consist of, without control tokens and bytes; numbers, not ids.
    let pieces: ByteStringTable
    /// The id of each of `pieces`.
    let ids: [Int32]
    /// Never merged with what stands beside them.
    let userDefined: AddedTokenMatcher
    /// Of a character that no piece has.
    private let unknownScore: Float
    /// Zero where all are below it, as scores are.
    private let highestScore: Float

    init(
        scores: [Float], kinds: [SentencePieceFile.Kind], unknownID: Int, pieces: ByteStringTable, ids: [Int32],
        userDefined: AddedTokenMatcher
    ) {
        (self.scores, self.kinds, self.unknownID) = (scores, kinds, unknownID)
        (self.pieces, self.ids, self.userDefined) = (pieces, ids, userDefined)
        let normal = kinds.indices.filter { kinds[$0] == .normal }.map { scores[$0] }
        unknownScore = (normal.min() ?? .greatestFiniteMagnitude) - 10
        highestScore = max(normal.max() ?? 0, .leastNormalMagnitude)
    }

    struct Piece: Equatable {
        let range: Range<Int>
        let id: Int32
    }

    // MARK: Byte pairs

    private struct Symbol {
        var range: Range<Int>
        var previous: Int32
        var next: Int32
        var isFrozen: Bool
    }

    private struct Pair {
        let left: Int32
        let right: Int32
        let score: Float
        let length: Int
    }

    /// Of all neighbours that together are a piece, those with the highest score are merged, the first ones first, until no
    /// two are.
    func bytePairs(_ text: [UInt8], plain: PlainText?) -> [Piece] {
        var symbols: [Symbol] = []
        for part in userDefined.split(text, text.indices, plain: plain) {
            var start = part.range.lowerBound
            while start < part.range.upperBound {
                let end = part.id == nil ? start + text[start].characterLength : part.range.upperBound
                symbols.append(
                    Symbol(
                        range: start..<end, previous: Int32(symbols.count) - 1, next: Int32(symbols.count) + 1,
                        isFrozen: part.id != nil))
                start = end
            }
        }
        guard !symbols.isEmpty else { return [] }
        symbols[symbols.count - 1].next = -1
        var waiting = Heap<Pair> { $0.score > $1.score || $0.score == $1.score && $0.left < $1.left }
        // Unused pieces lead to others, but are cut again: after so many bytes.
        var halves: [ArraySlice<UInt8>: Int] = [:]
        func offer(_ left: Int32, _ right: Int32) {
            guard left >= 0, right >= 0, !symbols[Int(left)].isFrozen, !symbols[Int(right)].isFrozen else { return }
            let range = symbols[Int(left)].range.lowerBound..<symbols[Int(right)].range.upperBound
            guard let number = pieces.index(of: text[range]) else { return }
            let id = Int(ids[number])
            waiting.insert(Pair(left: left, right: right, score: scores[id], length: range.count))
            if kinds[id] == .unused { halves[text[range]] = symbols[Int(left)].range.count }
        }
        for right in symbols.indices.dropFirst() { offer(Int32(right - 1), Int32(right)) }
        while let best = waiting.popFirst() {
            let (left, right) = (symbols[Int(best.left)], symbols[Int(best.right)])
            guard !left.range.isEmpty, !right.range.isEmpty, left.range.count + right.range.count == best.length
            else { continue }
            symbols[Int(best.left)].range = left.range.lowerBound..<right.range.upperBound
            symbols[Int(best.left)].next = right.next
            if right.next >= 0 { symbols[Int(right.next)].previous = best.left }
            symbols[Int(best.right)].range = right.range.upperBound..<right.range.upperBound
            offer(left.previous, best.left)
            offer(best.left, right.next)
        }
        var result: [Piece] = []
        var index: Int32 = 0
        while index >= 0 {
            append(symbols[Int(index)].range, of: text, halves, to: &result)
            index = symbols[Int(index)].next
        }
        return result
    }

    private func append(
        _ range: Range<Int>, of text: [UInt8], _ halves: [ArraySlice<UInt8>: Int], to result: inout [Piece]
    ) {
        var waiting = [range]
        while let range = waiting.popLast() {
            let id = pieces.index(of: text[range]).map { ids[$0] } ?? Int32(unknownID)
            if kinds[Int(id)] == .unused, let half = halves[text[range]] {
                waiting.append(range.lowerBound + half..<range.upperBound)
                waiting.append(range.lowerBound..<range.lowerBound + half)
            } else {
                result.append(Piece(range: range, id: id))
            }
        }
    }

    // MARK: Unigram

    private struct Place {
        var score = 0.0
        /// Where the last piece begins; -1 where no way leads.
        var start: Int32 = -1
        var id: Int32 = 0
    }

    /// Of all ways to spell the text the most probable one (Kudo 2018, "Subword Regularization", equation 1).
    func mostProbable(_ text: [UInt8], plain: PlainText?, _ trie: TokenTrie) -> [Piece] {
        var places = [Place](repeating: Place(), count: text.count + 1)
        func offer(_ score: Double, _ id: Int32, from start: Int, at end: Int) {
            guard places[end].start < 0 || score > places[end].score else { return }
            places[end] = Place(score: score, start: Int32(start), id: id)
        }
        var start = 0
        while start < text.count {
            let end = start + text[start].characterLength
            let before = places[start].score
            var coversCharacter = false
            trie.forEachPrefix(of: text[...], from: start) { number, pieceEnd in
                let id = ids[number]
                switch kinds[Int(id)] {
                case .unused: return
                case .userDefined:
                    if let plain, plain.controlTokens.contains(Int(id)), plain.overlaps(start..<pieceEnd) { return }
                    let score = Float(Double(Float(pieceEnd - start) * highestScore) - 0.1)
                    offer(Double(score) + before, id, from: start, at: pieceEnd)
                default: offer(Double(scores[Int(id)]) + before, id, from: start, at: pieceEnd)
                }
                if pieceEnd == end { coversCharacter = true }
            }
            if !coversCharacter { offer(Double(unknownScore) + before, Int32(unknownID), from: start, at: end) }
            start = end
        }
        var result: [Piece] = []
        var last = text.count
        while last > 0 {
            let start = Int(places[last].start)
            result.append(Piece(range: start..<last, id: places[last].id))
            last = start
        }
        return result.reversed()
    }
}
