/// Byte strings numbered in the order of insertion, found again by hashing.
///
/// Not a dictionary of `String`: two canonically equivalent strings are equal in Swift but different tokens, and 50,000
/// heap objects would take longer to make than the file to read. Hashes are seeded anew in each process, so no file can
/// be made to collide.
struct ByteStringTable: Sendable {
    /// All strings, one after the other.
    private var storage: [UInt8] = []
    private var ends: [UInt32] = []
    private var hashes: [UInt32] = []
    /// Open addressing with linear probing; -1 is an empty place. The count is a power of two.
    private var places: [Int32]

    init(expectedCount: Int = 0) {
        var capacity = 16
        while capacity < expectedCount * 2 { capacity *= 2 }
        places = [Int32](repeating: -1, count: capacity)
    }

    var count: Int { ends.count }

    subscript(index: Int) -> ArraySlice<UInt8> {
        storage[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]
    }

    /// Calls `body` with each string, in order; the bytes are valid during the call only.
    func withEach(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        storage.withUnsafeBufferPointer { storage in
            var start = 0
            for end in ends {
                body(UnsafeBufferPointer(rebasing: storage[start..<Int(end)]))
                start = Int(end)
            }
        }
    }

    /// The number of `key`, or nil if it is not here.
    func index(of key: UnsafeBufferPointer<UInt8>) -> Int? {
        let entry = places[place(of: key, hash: Self.hash(key))]
        return entry < 0 ? nil : Int(entry)
    }

    func index(of key: some Sequence<UInt8>) -> Int? {
        if let found = key.withContiguousStorageIfAvailable({ index(of: $0) }) { return found }
        return Array(key).withUnsafeBufferPointer { index(of: $0) }
    }

    /// False, and nothing changed, if `key` is here already.
    mutating func insert(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let hash = Self.hash(key)
        let place = place(of: key, hash: hash)
        guard places[place] < 0 else { return false }
        places[place] = Int32(ends.count)
        storage.append(contentsOf: key)
        ends.append(UInt32(storage.count))
        hashes.append(hash)
        if ends.count * 2 > places.count { grow() }
        return true
    }

    private func place(of key: UnsafeBufferPointer<UInt8>, hash: UInt32) -> Int {
        let mask = places.count - 1
        var place = Int(hash) & mask
        while true {
            let entry = Int(places[place])
            if entry < 0 || (hashes[entry] == hash && self[entry].elementsEqual(key)) { return place }
            place = (place + 1) & mask
        }
    }

    private mutating func grow() {
        let mask = places.count * 2 - 1
        places = [Int32](repeating: -1, count: mask + 1)
        for (entry, hash) in hashes.enumerated() {
            var place = Int(hash) & mask
            while places[place] >= 0 { place = (place + 1) & mask }
            places[place] = Int32(entry)
        }
    }

    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}
