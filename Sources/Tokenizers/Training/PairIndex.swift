/// Two tokens side by side. The order is that of the ids, the left one first.
struct TokenPair: Hashable, Comparable {
    /// `left << 32 | right`; ids are not negative.
    let key: UInt64

    init(_ left: Int32, _ right: Int32) { key = UInt64(UInt32(left)) << 32 | UInt64(UInt32(right)) }

    var left: Int32 { Int32(key >> 32) }
    var right: Int32 { Int32(key & 0xFFFF_FFFF) }

    static func < (first: TokenPair, second: TokenPair) -> Bool { first.key < second.key }
}

/// The words of a corpus as tokens, with the number of times that each pair of neighbours occurs, kept up as pairs are
/// merged: a merge costs the words that hold the pair, not the corpus.
///
/// In a run of equal tokens every neighbourhood counts (two in `aaa`), as a fresh count over all words would have it.
struct PairIndex {
    private struct Entry {
        var count = 0
        /// Words that hold the pair, and perhaps some that held it once.
        var words: [Int32] = []
        /// Whether it is among those that rose.
        var hasRisen = false
    }

    /// The tokens of all words, one after the other; a word that shrinks leaves a gap behind it.
    private var tokens: [Int32] = []
    private var starts: [Int] = []
    private var lengths: [Int] = []
    /// How often each word occurs.
    private let counts: [Int]
    private var places: [TokenPair: Int] = [:]
    private var entries: [Entry] = []
    private var queue = PairQueue()
    /// Places of pairs that became more frequent and are not queued with their new count yet.
    private var risen: [Int] = []
    private var pairs: [TokenPair] = []

    init(words: ByteStringTable, counts: [Int], ids: [Int32]) {
        self.counts = counts
        starts.reserveCapacity(counts.count)
        lengths.reserveCapacity(counts.count)
        for word in counts.indices {
            starts.append(tokens.count)
            for byte in words[word] { tokens.append(ids[Int(byte)]) }
            lengths.append(tokens.count - starts[word])
            for place in starts[word]..<tokens.count where place > starts[word] {
                add(TokenPair(tokens[place - 1], tokens[place]), in: Int32(word), times: counts[word])
            }
        }
        queueRisen()
    }

    private mutating func queueRisen() {
        for place in risen {
            entries[place].hasRisen = false
            if entries[place].count > 0 { queue.push(count: entries[place].count, pairs[place]) }
        }
        risen.removeAll(keepingCapacity: true)
    }

    /// The pair that occurs most often, of equal ones the least; it stays where it is until it is merged.
    mutating func mostFrequent() -> (pair: TokenPair, count: Int)? {
        while let (count, pair) = queue.pop() {
            guard let place = places[pair] else { continue }
            let current = entries[place].count
            if current == count { return (pair, count) }
            // It became rarer since it was queued.
            if current > 0, current < count { queue.push(count: current, pair) }
        }
        return nil
    }

    /// Never gives out `pair` again.
    mutating func forget(_ pair: TokenPair) { places[pair] = nil }

    /// Replaces every occurrence of `pair`, in each word from the left, by `id`.
    mutating func merge(_ pair: TokenPair, into id: Int32) {
        guard let place = places[pair] else { return }
        let words = entries[place].words
        entries[place].words = []
        for word in words { merge(pair, into: id, word: Int(word)) }
        queueRisen()
    }

    private mutating func merge(_ pair: TokenPair, into id: Int32, word: Int) {
        let (left, right) = (pair.left, pair.right)
        let (start, times) = (starts[word], counts[word])
        let end = start + lengths[word]
        var (read, written) = (start, start)
        while read < end {
            guard read + 1 < end, tokens[read] == left, tokens[read + 1] == right else {
                tokens[written] = tokens[read]
                (read, written) = (read + 1, written + 1)
                continue
            }
            take(pair, times)
            if written > start {
                take(TokenPair(tokens[written - 1], left), times)
                add(TokenPair(tokens[written - 1], id), in: Int32(word), times: times)
            }
            if read + 2 < end {
                take(TokenPair(right, tokens[read + 2]), times)
                add(TokenPair(id, tokens[read + 2]), in: Int32(word), times: times)
            }
            tokens[written] = id
            (read, written) = (read + 2, written + 1)
        }
        lengths[word] = written - start
    }

    private mutating func add(_ pair: TokenPair, in word: Int32, times: Int) {
        let place: Int
        if let known = places[pair] {
            place = known
        } else {
            place = entries.count
            places[pair] = place
            pairs.append(pair)
            entries.append(Entry())
        }
        entries[place].count += times
        if entries[place].words.last != word { entries[place].words.append(word) }
        if !entries[place].hasRisen {
            entries[place].hasRisen = true
            risen.append(place)
        }
    }

    private mutating func take(_ pair: TokenPair, _ times: Int) {
        if let place = places[pair] { entries[place].count -= times }
    }
}

/// A binary heap, the most frequent pair on top, of equal ones the least.
private struct PairQueue {
    private var heap: [(count: Int, pair: TokenPair)] = []

    private static func precedes(_ first: (count: Int, pair: TokenPair), _ second: (count: Int, pair: TokenPair))
        -> Bool
    { first.count != second.count ? first.count > second.count : first.pair < second.pair }

    mutating func push(count: Int, _ pair: TokenPair) {
        heap.append((count, pair))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(heap[child], heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop() -> (count: Int, pair: TokenPair)? {
        guard let top = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return top }
        heap[0] = last
        var parent = 0
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && Self.precedes(heap[child], heap[first]) { first = child }
            guard first != parent else { return top }
            heap.swapAt(parent, first)
            parent = first
        }
    }
}
