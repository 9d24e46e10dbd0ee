/// A unigram language model over pieces: of all ways to spell a text the most probable one (Kudo 2018, "Subword
/// Regularization", equation 1), by Viterbi's algorithm.
///
/// Sums are in double precision, from left to right, and of equal ones the first counts, as in Hugging Face `tokenizers`.
struct UnigramModel: Sendable {
    /// The natural logarithm of each piece's probability, by id.
    let scores: [Double]
    let unknownID: Int?
    /// Whether a character that no piece holds becomes the tokens of its bytes, `<0x0A>`.
    let fallsBackToBytes: Bool
    private let trie: TokenTrie
    /// What a character costs that no piece holds.
    private let unknownScore: Double

    private static let unknownPenalty = 10.0

    /// - Parameters:
    ///   - pieces: numbered by their ids.
    ///   - scores: finite, one for each piece.
    init(pieces: ByteStringTable, scores: [Double], unknownID: Int?, fallsBackToBytes: Bool) {
        precondition(pieces.count == scores.count, "one score per piece")
        self.scores = scores
        self.unknownID = unknownID
        self.fallsBackToBytes = fallsBackToBytes
        trie = TokenTrie(pieces)
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    }

    /// The best way to each place of a word.
    struct Workspace: Sendable {
        fileprivate struct Place: Sendable {
            var score = 0.0
            /// Where the last piece begins; -1 where no way leads.
            var start: Int32 = -1
            var id: Int32 = 0
        }

        fileprivate var places: [Place] = []
        /// The pieces of the best way, in the order of the text; `id` is -1 for what no piece holds.
        private(set) var pieces: [(range: Range<Int>, id: Int32)] = []

        fileprivate mutating func collect(from offset: Int, unknownID: Int32) {
            pieces.removeAll(keepingCapacity: true)
            var end = places.count - 1
            while end > 0 {
                let place = places[end]
                let start = Int(place.start)
                let isUnknown = place.id == unknownID || place.id < 0
                // Unknown neighbours are one.
                if isUnknown, let last = pieces.last, last.id < 0 {
                    pieces[pieces.count - 1].range = offset + start..<last.range.upperBound
                } else {
                    pieces.append((offset + start..<offset + end, isUnknown ? -1 : place.id))
                }
                end = start
            }
            pieces.reverse()
        }
    }

    /// Finds the most probable pieces of `word`, which is valid UTF-8.
    ///
    /// - Parameter forbidden: pieces that do not count.
    func segment(_ word: ArraySlice<UInt8>, without forbidden: Set<Int> = [], _ workspace: inout Workspace) {
        workspace.places.removeAll(keepingCapacity: true)
        workspace.places.append(contentsOf: repeatElement(Workspace.Place(), count: word.count + 1))
        let offset = word.startIndex
        var start = 0
        while start < word.count {
            let length = word[offset + start].characterLength
            let scoreHere = workspace.places[start].score
            var coversCharacter = false
            trie.forEachPrefix(of: word, from: offset + start) { id, end in
                if !forbidden.isEmpty, forbidden.contains(Int(id)) { return }
                Self.offer(scoreHere + scores[id], Int32(id), from: start, at: &workspace.places[end - offset])
                if end - offset == start + length { coversCharacter = true }
            }
            if !coversCharacter {
                Self.offer(scoreHere + unknownScore, -1, from: start, at: &workspace.places[start + length])
            }
            start += length
        }
        workspace.collect(from: offset, unknownID: Int32(unknownID ?? -1))
    }

    @inline(__always)
    private static func offer(_ score: Double, _ id: Int32, from start: Int, at place: inout Workspace.Place) {
        guard place.start < 0 || score > place.score else { return }
        place = Workspace.Place(score: score, start: Int32(start), id: id)
    }
}
