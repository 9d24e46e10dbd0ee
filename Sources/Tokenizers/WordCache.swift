/// The ids of words that were merged before; text repeats itself. It forgets everything when it is full.
struct WordCache: Sendable {
    static let longestWord = 48
    static let maximumCount = 1 << 15

    private var words = ByteStringTable(expectedCount: 256)
    private var ids: [Int32] = []
    private var ends: [UInt32] = []

    var count: Int { words.count }

    func ids(of word: ArraySlice<UInt8>) -> ArraySlice<Int32>? {
        guard let entry = words.index(of: word) else { return nil }
        return ids[(entry == 0 ? 0 : Int(ends[entry - 1]))..<Int(ends[entry])]
    }

    mutating func insert(_ word: ArraySlice<UInt8>, _ newIDs: [Int32]) {
        guard word.count <= Self.longestWord else { return }
        if words.count >= Self.maximumCount { self = WordCache() }
        guard word.withUnsafeBufferPointer({ words.insert($0) }) else { return }
        ids.append(contentsOf: newIDs)
        ends.append(UInt32(ids.count))
    }
}
