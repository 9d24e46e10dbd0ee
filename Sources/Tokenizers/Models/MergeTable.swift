/// What becomes of two neighbouring tokens: the merge's rank (lower ones happen first) and the new token's id.
struct MergeTable: Sendable {
    struct Merge: Sendable, Equatable {
        let rank: Int32
        let id: Int32
    }

    private struct Slot: Sendable {
        /// `left << 32 | right`; ids are below 2³¹, so all ones is free to mean empty.
        var pair: UInt64
        var merge: Merge
    }

    private var slots: [Slot]
    /// A random odd factor (multiply-shift hashing), so that no file can be made to collide.
    private let factor = UInt64.random(in: .min ... .max) | 1
    private let shift: UInt64
    private(set) var count = 0

    /// Room for `capacity` merges.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        shift = 64 - bits
        slots = [Slot](repeating: Slot(pair: .max, merge: Merge(rank: 0, id: 0)), count: 1 << bits)
    }

    subscript(left: Int32, right: Int32) -> Merge? {
        let slot = slots[place(of: Self.pair(left, right))]
        return slot.pair == .max ? nil : slot.merge
    }

    /// A pair that is listed again takes its later rank, as in Hugging Face `tokenizers`.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let pair = Self.pair(left, right)
        let place = place(of: pair)
        if slots[place].pair == .max {
            count += 1
            precondition(count * 2 <= slots.count, "more merges than there is room for")
        }
        slots[place] = Slot(pair: pair, merge: merge)
    }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func place(of pair: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(((pair ^ (pair >> 29)) &* factor) >> shift)
        while slots[place].pair != .max, slots[place].pair != pair { place = (place + 1) & mask }
        return place
    }
}
