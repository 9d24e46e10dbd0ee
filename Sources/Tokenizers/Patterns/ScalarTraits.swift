/// What regular expressions ask of a scalar, in one byte: its general category and whether it is white space or part of
/// a word. Scalars that are newer than the patterns of Hugging Face `tokenizers` count as unassigned
/// (``ScalarClass/unicodeMajorVersion``).
struct ScalarTraits: Sendable {
    private let bits: UInt8

    var category: Int { Int(bits & 0x1F) }
    var isSpace: Bool { bits & 0x20 != 0 }
    /// `\w` of Oniguruma: letters, marks, decimal digits, connectors, and what else is alphabetic.
    var isWord: Bool { bits & 0x40 != 0 }

    @inline(__always)
    init(_ value: UInt32) {
        self = value < 0x10000 ? Self.basicPlane[Int(value)] : ScalarTraits(computing: value)
    }

    /// The first 65,536 scalars, made once: looking them up in the standard library is ten times slower.
    private static let basicPlane: [ScalarTraits] = (UInt32(0)..<0x10000).map { ScalarTraits(computing: $0) }

    private init(computing value: UInt32) {
        // Surrogates are no scalars, and occur in no text. Those for private use have no age in Swift.
        guard let properties = Unicode.Scalar(value)?.properties, properties.isOfKnownAge else {
            bits = UInt8(Self.unassigned)
            return
        }
        // A small letter until Unicode 17, where it has no case.
        let category = value == 0x295 ? 1 : Self.number(of: properties.generalCategory)
        let isWord =
            properties.isAlphabetic || Self.wordCategories & 1 << UInt32(category) != 0
        bits = UInt8(category) | (properties.isWhitespace ? 0x20 : 0) | (isWord ? 0x40 : 0)
    }

    // MARK: Categories

    /// In the order of their numbers; the first letters make the groups that `\p{L}` and the like name.
    static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm",
        "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]
    private static let unassigned = 29
    /// Mn, Mc, Me, Nd, Pc.
    private static let wordCategories: UInt32 = 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 11

    /// The set of the categories that a short or long name stands for, in small letters without spaces or `_`: bit n is
    /// category n. Nil for a name that is no category's.
    static func categories(named name: String) -> UInt32? {
        let short = longNames[name] ?? name
        guard short.utf8.count <= 2 else { return nil }
        var set: UInt32 = 0
        for (number, known) in names.enumerated() {
            let known = known.lowercased()
            if known == short || (short.utf8.count == 1 && known.hasPrefix(short)) { set |= 1 << UInt32(number) }
        }
        return set == 0 ? nil : set
    }

    private static let longNames = [
        "letter": "l", "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt",
        "modifierletter": "lm",
        "otherletter": "lo", "mark": "m", "nonspacingmark": "mn", "spacingmark": "mc", "enclosingmark": "me",
        "number": "n", "decimalnumber": "nd", "letternumber": "nl", "othernumber": "no", "punctuation": "p",
        "connectorpunctuation": "pc", "dashpunctuation": "pd", "openpunctuation": "ps", "closepunctuation": "pe",
        "initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po", "symbol": "s",
        "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk", "othersymbol": "so", "separator": "z",
        "spaceseparator": "zs", "lineseparator": "zl", "paragraphseparator": "zp", "other": "c", "control": "cc",
        "format": "cf", "privateuse": "co", "unassigned": "cn",
    ]

    private static func number(of category: Unicode.GeneralCategory) -> Int {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: unassigned
        @unknown default: unassigned
        }
    }
}
