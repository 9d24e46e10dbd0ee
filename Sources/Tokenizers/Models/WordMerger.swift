/// Applies merges to the tokens of one word: always the pair of lowest rank, of equal ones the leftmost
/// (Sennrich, Haddow, Birch 2016, in the order that Hugging Face `tokenizers` applies it).
///
/// Holds working memory that is used again from word to word.
struct WordMerger {
    private let merges: MergeTable
    /// Up to this length the best pair is found by looking at all of them; longer words keep a heap, so that a word of a
    /// million letters takes n log n steps.
    private static let longestScannedWord = 48

    private var ranks: [Int32] = []
    private var mergedIDs: [Int32] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// A binary heap of `rank << 32 | position`, the least on top.
    private var heap: [UInt64] = []

    private static let noMerge = Int32.max

    init(_ merges: MergeTable) { self.merges = merges }

    /// Merges the tokens in place until no pair has a merge.
    mutating func merge(_ tokens: inout [Int32]) {
        guard tokens.count > 1 else { return }
        ranks.removeAll(keepingCapacity: true)
        mergedIDs.removeAll(keepingCapacity: true)
        for index in 1..<tokens.count {
            let merge = merges[tokens[index - 1], tokens[index]]
            ranks.append(merge?.rank ?? Self.noMerge)
            mergedIDs.append(merge?.id ?? 0)
        }
        if tokens.count <= Self.longestScannedWord {
            mergeByScanning(&tokens)
        } else {
            mergeByHeap(&tokens)
        }
    }

    private mutating func mergeByScanning(_ tokens: inout [Int32]) {
        while !ranks.isEmpty {
            var best = 0
            for index in 1..<ranks.count where ranks[index] < ranks[best] { best = index }
            guard ranks[best] != Self.noMerge else { return }
            tokens[best] = mergedIDs[best]
            tokens.remove(at: best + 1)
            ranks.remove(at: best)
            mergedIDs.remove(at: best)
            if best > 0 { look(at: best - 1, tokens[best - 1], tokens[best]) }
            if best < ranks.count { look(at: best, tokens[best], tokens[best + 1]) }
        }
    }

    private mutating func look(at index: Int, _ left: Int32, _ right: Int32) {
        let merge = merges[left, right]
        ranks[index] = merge?.rank ?? Self.noMerge
        mergedIDs[index] = merge?.id ?? 0
    }

    /// Tokens stay at their places in a linked list; `ranks` has the rank of the pair that begins at a place.
    private mutating func mergeByHeap(_ tokens: inout [Int32]) {
        let count = tokens.count
        ranks.append(Self.noMerge)
        mergedIDs.append(0)
        next = (0..<count).map { Int32($0 + 1) }
        previous = (0..<count).map { Int32($0 - 1) }
        heap.removeAll(keepingCapacity: true)
        for index in 0..<count where ranks[index] != Self.noMerge {
            push(Self.entry(rank: ranks[index], place: index))
        }
        while let top = pop() {
            let place = Int(top & 0xFFFF_FFFF)
            // A pair whose tokens have changed since; its place entered the heap again if it still has a merge.
            guard ranks[place] != Self.noMerge, Int32(top >> 32) == ranks[place] else { continue }
            let absorbed = Int(next[place])
            tokens[place] = mergedIDs[place]
            ranks[absorbed] = Self.noMerge
            let following = Int(next[absorbed])
            next[place] = Int32(following)
            next[absorbed] = -1
            ranks[place] = Self.noMerge
            if following < count {
                previous[following] = Int32(place)
                lookAndPush(place, tokens[place], tokens[following])
            }
            let before = Int(previous[place])
            if before >= 0 { lookAndPush(before, tokens[before], tokens[place]) }
        }
        var kept = 0
        for index in 0..<count where next[index] >= 0 {
            tokens[kept] = tokens[index]
            kept += 1
        }
        tokens.removeSubrange(kept...)
    }

    private mutating func lookAndPush(_ place: Int, _ left: Int32, _ right: Int32) {
        look(at: place, left, right)
        if ranks[place] != Self.noMerge { push(Self.entry(rank: ranks[place], place: place)) }
    }

    private static func entry(rank: Int32, place: Int) -> UInt64 { UInt64(rank) << 32 | UInt64(place) }

    private mutating func push(_ entry: UInt64) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> UInt64? {
        guard let top = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return top }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return top }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
