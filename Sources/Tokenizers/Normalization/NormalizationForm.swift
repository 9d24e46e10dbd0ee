import Foundation

/// The normalization forms of Unicode Standard Annex 15.
struct NormalizationForm: Sendable, Equatable {
    /// Whether what only looks alike becomes the same, too (KC, KD): "ﬁ" becomes "fi".
    let isCompatible: Bool
    /// Whether marks are joined to what they stand on (C, KC), or taken apart (D, KD).
    let composes: Bool

    static let nfc = NormalizationForm(isCompatible: false, composes: true)
    static let nfd = NormalizationForm(isCompatible: false, composes: false)
    static let nfkc = NormalizationForm(isCompatible: true, composes: true)
    static let nfkd = NormalizationForm(isCompatible: true, composes: false)

    /// The first byte of UTF-8 that any scalar can have which this form changes or moves. NFC leaves all below U+0300 alone,
    /// the others all below U+00A0.
    var leastLead: UInt8 { self == .nfc ? 0xCC : 0xC2 }
}

/// Brings text into a normalization form, in the version of Unicode that Hugging Face `tokenizers` has it.
///
/// Foundation answers what single scalars decompose to and what pairs compose to; order and composition are done here,
/// because Foundation on Linux does not compose what is composed already with what follows (a Hangul syllable and a final
/// consonant, for one), and knows compositions that are too new.
/// Answers are remembered for the life of the value.
struct FormNormalizer {
    /// The crate `unicode-normalization-alignments` knows Unicode up to this version.
    static let unicodeMajorVersion = 9

    let form: NormalizationForm
    private var decompositions: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    private var compositions: [[Unicode.Scalar]: Unicode.Scalar?] = [:]

    init(_ form: NormalizationForm) { self.form = form }

    mutating func normalize(_ text: some Sequence<Unicode.Scalar>) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        for scalar in text { appendDecomposition(of: scalar, to: &scalars) }
        Self.order(&scalars)
        guard form.composes else { return scalars }
        var result: [Unicode.Scalar] = []
        var starter: Int?
        var lastClass: UInt8 = 0
        for scalar in scalars {
            let combiningClass = Self.combiningClass(scalar)
            if let starter {
                // Blocked by a starter, or by a mark of the same or a higher class, that stands between.
                let isReachable = starter == result.count - 1 || (lastClass != 0 && lastClass < combiningClass)
                if isReachable, let composite = composite(result[starter], scalar) {
                    result[starter] = composite
                    continue
                }
            }
            if combiningClass == 0 { starter = result.count }
            lastClass = combiningClass
            result.append(scalar)
        }
        return result
    }

    /// Marks that follow one another are put into the order of their classes, without changing that of equal ones.
    private static func order(_ scalars: inout [Unicode.Scalar]) {
        var start = 0
        while start < scalars.count {
            guard combiningClass(scalars[start]) != 0 else {
                start += 1
                continue
            }
            let end = scalars[start...].firstIndex { combiningClass($0) == 0 } ?? scalars.count
            if end - start > 1 {
                // The place breaks ties: the standard library does not promise a stable sort.
                scalars[start..<end] =
                    scalars[start..<end].enumerated()
                    .sorted { (combiningClass($0.element), $0.offset) < (combiningClass($1.element), $1.offset) }
                    .map(\.element)[...]
            }
            start = end
        }
    }

    private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
        // The first mark is U+0300.
        guard scalar.value >= 0x300, isKnown(scalar) else { return 0 }
        return scalar.properties.canonicalCombiningClass.rawValue
    }

    private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
        (scalar.properties.age?.major ?? .max) <= unicodeMajorVersion
    }

    // MARK: Decomposition

    private mutating func appendDecomposition(of scalar: Unicode.Scalar, to result: inout [Unicode.Scalar]) {
        if scalar.value < 0xA0 { return result.append(scalar) }
        if let syllable = Hangul(syllable: scalar) { return result.append(contentsOf: syllable.letters) }
        if let known = decompositions[scalar] { return result.append(contentsOf: known) }
        let text = String(scalar)
        let decomposition =
            Self.isKnown(scalar)
            ? Array(
                (form.isCompatible
                    ? text.decomposedStringWithCompatibilityMapping : text.decomposedStringWithCanonicalMapping)
                    .unicodeScalars) : [scalar]
        decompositions[scalar] = decomposition
        result.append(contentsOf: decomposition)
    }

    // MARK: Composition

    private mutating func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        if let syllable = Hangul(first, second) { return syllable.scalar }
        // Only marks compose with what stands before them, the letters of Hangul apart.
        switch second.properties.generalCategory {
        case .nonspacingMark, .spacingMark: break
        default: return nil
        }
        if let known = compositions[[first, second]] { return known }
        // What was composed is taken apart first: Foundation does not compose it further.
        var pair = Self.isKnown(first) ? String(first).decomposedStringWithCanonicalMapping : String(first)
        pair.unicodeScalars.append(second)
        let composed = Array(pair.precomposedStringWithCanonicalMapping.unicodeScalars)
        let composite = composed.count == 1 && Self.isKnown(composed[0]) ? composed[0] : nil
        compositions[[first, second]] = .some(composite)
        return composite
    }
}

/// Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
private struct Hangul {
    private static let firstSyllable: UInt32 = 0xAC00
    private static let firstLeading: UInt32 = 0x1100
    private static let firstVowel: UInt32 = 0x1161
    /// One before the first trailing consonant: "none" counts.
    private static let noTrailing: UInt32 = 0x11A7
    private static let leadingCount: UInt32 = 19
    private static let vowelCount: UInt32 = 21
    private static let trailingCount: UInt32 = 28

    /// The syllable's number, `(leading * 21 + vowel) * 28 + trailing`.
    private let number: UInt32

    init?(syllable: Unicode.Scalar) {
        let number = syllable.value &- Self.firstSyllable
        guard number < Self.leadingCount * Self.vowelCount * Self.trailingCount else { return nil }
        self.number = number
    }

    /// Leading consonant and vowel, or a syllable without trailing consonant and one.
    init?(_ first: Unicode.Scalar, _ second: Unicode.Scalar) {
        let leading = first.value &- Self.firstLeading
        let vowel = second.value &- Self.firstVowel
        if leading < Self.leadingCount, vowel < Self.vowelCount {
            number = (leading * Self.vowelCount + vowel) * Self.trailingCount
            return
        }
        let trailing = second.value &- Self.noTrailing
        guard let open = Hangul(syllable: first), open.number % Self.trailingCount == 0, trailing > 0,
            trailing < Self.trailingCount
        else { return nil }
        number = open.number + trailing
    }

    var scalar: Unicode.Scalar { Self.scalar(Self.firstSyllable + number) }

    var letters: [Unicode.Scalar] {
        let trailing = number % Self.trailingCount
        let open = number / Self.trailingCount
        let letters = [
            Self.scalar(Self.firstLeading + open / Self.vowelCount),
            Self.scalar(Self.firstVowel + open % Self.vowelCount),
        ]
        return trailing == 0 ? letters : letters + [Self.scalar(Self.noTrailing + trailing)]
    }

    /// All values that are made here are letters or syllables of Hangul, no surrogates.
    private static func scalar(_ value: UInt32) -> Unicode.Scalar { Unicode.Scalar(value) ?? "\u{FFFD}" }
}
