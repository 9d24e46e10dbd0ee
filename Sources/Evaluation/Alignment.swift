/// How one token of an alignment came about.
public enum Edit: Sendable, Hashable {
    /// Reference and hypothesis agree.
    case hit
    /// The hypothesis has another token.
    case substitution
    /// The hypothesis has a token more.
    case insertion
    /// The hypothesis lacks the token.
    case deletion
}

/// The edits, fewest possible, that lead from a reference to a hypothesis (Levenshtein distance).
///
/// Where several alignments cost the same, the one found is that of RapidFuzz (on which jiwer stands) as long as the
/// texts are short enough for its direct method; longer ones may share the same cost out differently among the kinds.
public struct Alignment: Sendable, Hashable {
    /// In the order of the texts.
    public let edits: [Edit]

    /// Aligns two sequences of tokens.
    ///
    /// Memory grows with the sum of the lengths, time with their product over 64.
    public init<Token: Hashable>(reference: [Token], hypothesis: [Token]) {
        var numbers: [Token: Int32] = [:]
        func number(_ token: Token) -> Int32 {
            if let known = numbers[token] { return known }
            numbers[token] = Int32(numbers.count)
            return Int32(numbers.count - 1)
        }
        var aligner = Aligner()
        aligner.align(reference.map(number)[...], hypothesis.map(number)[...])
        edits = aligner.edits
    }

    /// How often each kind of edit occurs.
    public var counts: ErrorCounts {
        var counts = ErrorCounts()
        for edit in edits {
            switch edit {
            case .hit: counts.hits += 1
            case .substitution: counts.substitutions += 1
            case .insertion: counts.insertions += 1
            case .deletion: counts.deletions += 1
            }
        }
        return counts
    }
}

/// Divides long texts (Hirschberg 1975) until the bits of the whole table fit into a small buffer.
private struct Aligner {
    /// Bytes that the bit rows of one table may take.
    static let tableByteLimit = 8 << 20

    var edits: [Edit] = []

    mutating func align(_ reference: ArraySlice<Int32>, _ hypothesis: ArraySlice<Int32>) {
        var (reference, hypothesis) = (reference, hypothesis)
        while let first = reference.first, first == hypothesis.first {
            edits.append(.hit)
            reference.removeFirst()
            hypothesis.removeFirst()
        }
        var commonEnd = 0
        while let last = reference.last, last == hypothesis.last {
            commonEnd += 1
            reference.removeLast()
            hypothesis.removeLast()
        }
        alignDiffering(reference, hypothesis)
        edits.append(contentsOf: repeatElement(.hit, count: commonEnd))
    }

    private mutating func alignDiffering(_ reference: ArraySlice<Int32>, _ hypothesis: ArraySlice<Int32>) {
        if reference.isEmpty || hypothesis.isEmpty {
            edits.append(contentsOf: repeatElement(.deletion, count: reference.count))
            edits.append(contentsOf: repeatElement(.insertion, count: hypothesis.count))
            return
        }
        let pattern = BitPattern(Array(reference))
        if hypothesis.count == 1 || 16 * pattern.blockCount * hypothesis.count <= Self.tableByteLimit {
            edits.append(contentsOf: pattern.edits(to: Array(hypothesis)))
            return
        }
        let middle = hypothesis.startIndex + hypothesis.count / 2
        let toMiddle = pattern.distances(to: Array(hypothesis[..<middle]))
        let fromMiddle = BitPattern(reference.reversed()).distances(to: hypothesis[middle...].reversed())
        var split = 0
        for length in 1...reference.count
        where toMiddle[length] + fromMiddle[reference.count - length]
            < toMiddle[split] + fromMiddle[reference.count - split]
        {
            split = length
        }
        let border = reference.startIndex + split
        align(reference[..<border], hypothesis[..<middle])
        align(reference[border...], hypothesis[middle...])
    }
}
