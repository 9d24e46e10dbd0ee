/// A text inside the interpreter: Unicode scalars, each of which knows where it came from.
///
/// Chat templates mix what they write themselves with what users wrote, cut it, trim it and put it together. Each scalar
/// keeps two marks on that way: whether it came from the conversation, and whether it stands in a `generation` block. So
/// whoever encodes the result knows, character by character, which text must not be taken for special tokens.
///
/// Python's texts are sequences of code points too, so lengths, indices and comparisons are those that templates expect.
struct TemplateText: Sendable {
    /// Scalar values with marks in the upper bits.
    var units: [UInt32]

    static let scalarMask: UInt32 = 0x1F_FFFF
    static let conversationMark: UInt32 = 1 << 31
    static let generationMark: UInt32 = 1 << 30

    init(units: [UInt32] = []) { self.units = units }

    init(units: ArraySlice<UInt32>) { self.units = Array(units) }

    init(_ text: String, isFromConversation: Bool = false) {
        let mark = isFromConversation ? Self.conversationMark : 0
        units = text.unicodeScalars.map { $0.value | mark }
    }

    var count: Int { units.count }
    var isEmpty: Bool { units.isEmpty }

    /// Without the marks.
    var string: String {
        var result = String.UnicodeScalarView()
        for unit in units { result.append(Self.scalar(unit)) }
        return String(result)
    }

    static func scalar(_ unit: UInt32) -> Unicode.Scalar {
        // Units are made from scalars only, so that there is always one.
        Unicode.Scalar(unit & scalarMask) ?? "\u{FFFD}"
    }

    mutating func append(_ other: TemplateText) { units.append(contentsOf: other.units) }

    /// Whether what Python calls white space stands in `unit`.
    static func isSpace(_ unit: UInt32) -> Bool {
        let scalar = scalar(unit)
        return scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    /// The same without white space, or without any of `characters`, at its ends.
    func trimmed(_ characters: TemplateText? = nil, start: Bool = true, end: Bool = true) -> TemplateText {
        let set = characters.map { Set($0.units.map { $0 & Self.scalarMask }) }
        func isTrimmed(_ unit: UInt32) -> Bool { set?.contains(unit & Self.scalarMask) ?? Self.isSpace(unit) }
        var slice = units[...]
        if start { slice = slice.drop(while: isTrimmed) }
        if end { while let last = slice.last, isTrimmed(last) { slice.removeLast() } }
        return slice.count == units.count ? self : TemplateText(units: slice)
    }

    /// Every scalar through its full case mapping; marks stay.
    func mapped(_ mapping: (Unicode.Scalar) -> String) -> TemplateText {
        var result: [UInt32] = []
        result.reserveCapacity(units.count)
        for unit in units {
            for scalar in mapping(Self.scalar(unit)).unicodeScalars {
                result.append(scalar.value | unit & ~Self.scalarMask)
            }
        }
        return TemplateText(units: result)
    }

    func uppercased() -> TemplateText { mapped(\.properties.uppercaseMapping) }
    func lowercased() -> TemplateText { mapped(\.properties.lowercaseMapping) }

    /// All in lower case, but the first scalar.
    func capitalized() -> TemplateText {
        var result = TemplateText(units: units.prefix(1)).mapped(\.properties.titlecaseMapping)
        result.append(TemplateText(units: units.dropFirst()).lowercased())
        return result
    }
}

extension TemplateText: Hashable {
    static func == (left: TemplateText, right: TemplateText) -> Bool {
        left.units.count == right.units.count
            && zip(left.units, right.units).allSatisfy { ($0 ^ $1) & scalarMask == 0 }
    }

    func hash(into hasher: inout Hasher) {
        for unit in units { hasher.combine(unit & Self.scalarMask) }
    }
}

extension TemplateText: Comparable {
    static func < (left: TemplateText, right: TemplateText) -> Bool {
        left.units.lazy.map { $0 & scalarMask }.lexicographicallyPrecedes(right.units.lazy.map { $0 & scalarMask })
    }
}
