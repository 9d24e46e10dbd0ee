/// A set of scalars as a regular expression writes it: `[^\s\p{L}a-z]`, `\d`, `.`, or a single character.
struct ScalarSet: Sendable, Equatable {
    /// One bit for each scalar below U+0080, which alone decide for those.
    private var ascii = ASCII()
    private var ranges: [ClosedRange<UInt32>] = []
    /// Bit n: the general category with the number n in ``ScalarTraits``.
    private var categories: UInt32 = 0
    private var hasSpaces = false
    private var hasNonSpaces = false
    private var hasWords = false
    private var hasNonWords = false
    private var isNegated = false

    /// The first 128 scalars as bits.
    private struct ASCII: Sendable, Equatable {
        var low: UInt64 = 0
        var high: UInt64 = 0

        subscript(value: UInt32) -> Bool {
            get { (value < 64 ? low >> UInt64(value) : high >> UInt64(value & 63)) & 1 != 0 }
            set {
                let bit: UInt64 = 1 << UInt64(value & 63)
                if value < 64 { low = newValue ? low | bit : low & ~bit }
                if value >= 64 { high = newValue ? high | bit : high & ~bit }
            }
        }
    }

    init() {}

    init(_ scalar: Unicode.Scalar) { insert(scalar.value...scalar.value) }

    static let spaces = ScalarSet { $0.insertSpaces(inverted: false) }
    /// `\w` by itself, and what `\b` stands beside. Oniguruma counts these superscripts and fractions as words there,
    /// though not in a set.
    static let words = ScalarSet {
        $0.insertWords(inverted: false)
        for value: UInt32 in [0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE] { $0.insert(value...value) }
    }
    static let anyButNewline = ScalarSet {
        $0.insert(0x0A...0x0A)
        $0.invert()
    }

    init(_ fill: (inout ScalarSet) -> Void) { fill(&self) }

    /// Whether the scalar that begins at `index` of valid UTF-8 belongs here; `length` becomes its bytes.
    @inline(__always)
    func contains(_ text: [UInt8], at index: Int, length: inout Int) -> Bool {
        let byte = text[index]
        if byte < 0x80 {
            length = 1
            return ascii[UInt32(byte)]
        }
        let next = ScalarClass.scalar(in: text, at: index)
        length = next.length
        return containsBeyondASCII(next.scalar.value)
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? ascii[scalar.value] : containsBeyondASCII(scalar.value)
    }

    private func containsBeyondASCII(_ value: UInt32) -> Bool {
        for range in ranges where range.contains(value) { return !isNegated }
        return hasTraits(of: value) != isNegated
    }

    private func hasTraits(of value: UInt32) -> Bool {
        let traits = ScalarTraits(value)
        return categories >> UInt32(traits.category) & 1 != 0 || (traits.isSpace ? hasSpaces : hasNonSpaces)
            || (traits.isWord ? hasWords : hasNonWords)
    }

    /// The one scalar that belongs here, if it was written as such.
    var onlyValue: UInt32? {
        guard categories == 0, !hasSpaces, !hasNonSpaces, !hasWords, !hasNonWords, !isNegated else { return nil }
        let count = ascii.low.nonzeroBitCount + ascii.high.nonzeroBitCount
        if count == 0, ranges.count == 1, ranges[0].count == 1 { return ranges[0].lowerBound }
        guard count == 1, ranges.isEmpty else { return nil }
        return UInt32(ascii.low == 0 ? 64 + ascii.high.trailingZeroBitCount : ascii.low.trailingZeroBitCount)
    }

    // MARK: Building; `invert` comes last

    mutating func insert(_ range: ClosedRange<UInt32>) {
        if range.lowerBound < 0x80 {
            for value in range.lowerBound...min(range.upperBound, 0x7F) { ascii[value] = true }
        }
        if range.upperBound >= 0x80 { ranges.append(max(range.lowerBound, 0x80)...range.upperBound) }
    }

    mutating func insert(categories new: UInt32) {
        categories |= new
        insertASCII { new >> UInt32($0.category) & 1 != 0 }
    }

    mutating func insertSpaces(inverted: Bool) {
        if inverted { hasNonSpaces = true } else { hasSpaces = true }
        insertASCII { $0.isSpace != inverted }
    }

    mutating func insertWords(inverted: Bool) {
        if inverted { hasNonWords = true } else { hasWords = true }
        insertASCII { $0.isWord != inverted }
    }

    /// - Returns: false, and nothing changed, if `other` is an inverted set beside others: such a union has no form here.
    mutating func formUnion(_ other: ScalarSet) -> Bool {
        guard !other.isNegated else {
            guard self == ScalarSet() else { return false }
            self = other
            return true
        }
        guard !isNegated else { return false }
        ascii.low |= other.ascii.low
        ascii.high |= other.ascii.high
        ranges += other.ranges
        categories |= other.categories
        hasSpaces = hasSpaces || other.hasSpaces
        hasNonSpaces = hasNonSpaces || other.hasNonSpaces
        hasWords = hasWords || other.hasWords
        hasNonWords = hasNonWords || other.hasNonWords
        return true
    }

    mutating func invert() {
        isNegated.toggle()
        ascii.low = ~ascii.low
        ascii.high = ~ascii.high
    }

    /// Adds the other case of ASCII letters, and the two scalars beyond that fold to them: U+017F to "s", U+212A to "k".
    /// - Returns: false, and nothing changed, where the set goes beyond ASCII.
    mutating func ignoreCase() -> Bool {
        guard ranges.isEmpty, categories == 0, !hasSpaces, !hasNonSpaces, !hasWords, !hasNonWords, !isNegated else {
            return false
        }
        for value in UInt32(0x61)...0x7A where ascii[value] || ascii[value - 0x20] {
            ascii[value] = true
            ascii[value - 0x20] = true
            if value == 0x73 { ranges.append(0x17F...0x17F) }
            if value == 0x6B { ranges.append(0x212A...0x212A) }
        }
        return true
    }

    private mutating func insertASCII(where belongs: (ScalarTraits) -> Bool) {
        for value in UInt32(0)..<0x80 where belongs(ScalarTraits(value)) { ascii[value] = true }
    }
}
