/// What the pre-tokenisation patterns tell apart: `\p{L}`, `\p{N}`, `\s`, and the rest.
enum ScalarClass: UInt8, Sendable {
    case letter, number, space, other

    /// The version of Unicode whose categories Hugging Face `tokenizers` 0.23 has in its patterns (Oniguruma 6.9.10).
    /// Scalars that a later version assigned count as unassigned, whatever this Swift knows of them.
    static let unicodeMajorVersion = 16

    init(_ scalar: Unicode.Scalar) {
        self = scalar.isASCII ? Self.ascii[Int(scalar.value)] : Self.beyondASCII(scalar)
    }

    /// The class of the scalar at `index` of valid UTF-8, and how many bytes it takes.
    @inline(__always)
    static func next(in text: [UInt8], at index: Int) -> (class: ScalarClass, length: Int) {
        let byte = text[index]
        if byte < 0x80 { return (ascii[Int(byte)], 1) }
        let (scalar, length) = scalar(in: text, at: index)
        return (beyondASCII(scalar), length)
    }

    /// The scalar at `index` of valid UTF-8, and how many bytes it takes.
    static func scalar(in text: [UInt8], at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let lead = UInt32(text[index])
        if lead < 0x80 { return (Unicode.Scalar(UInt8(lead)), 1) }
        let length = text[index].characterLength
        var value = lead & (0x7F >> UInt32(length))
        for offset in 1..<length { value = value << 6 | UInt32(text[index + offset] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }

    private static let ascii: [ScalarClass] = (0..<0x80).map { (byte: UInt8) -> ScalarClass in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        case 0x09...0x0D, 0x20: .space
        default: .other
        }
    }

    private static func beyondASCII(_ scalar: Unicode.Scalar) -> ScalarClass {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return properties.isOfKnownAge ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber: return properties.isOfKnownAge ? .number : .other
        default: return properties.isWhitespace ? .space : .other
        }
    }
}

extension Unicode.Scalar {
    /// `char::is_numeric` of Rust, by which the pre-tokenizer `Digits` goes; Rust's tables are as new as Swift's.
    var isNumeric: Bool {
        switch properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    /// `\w` of Rust's `regex` (UTS 18, annex C), by which `single_word` goes.
    var isWord: Bool {
        guard properties.isOfKnownAge else { return false }
        switch properties.generalCategory {
        case .decimalNumber, .connectorPunctuation, .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return properties.isAlphabetic || properties.isJoinControl
        }
    }
}

extension Unicode.Scalar.Properties {
    var isOfKnownAge: Bool {
        guard let age else { return false }
        return age.major <= ScalarClass.unicodeMajorVersion
    }
}
