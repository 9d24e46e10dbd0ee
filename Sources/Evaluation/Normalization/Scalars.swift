/// Text scalar by scalar, with the notions of the regular expressions that Whisper's normalizers are written in.
extension [Unicode.Scalar] {
    var text: String { String(String.UnicodeScalarView(self)) }

    /// What stands between white space.
    var words: [String] { split(whereSeparator: \.isSpace).map { Array($0).text } }

    /// Goes from left to right; where `match` finds something to replace at an index, it gives the end of it and what
    /// comes instead, and the search goes on behind that end.
    func rewritten(_ match: (_ index: Int) -> (end: Int, replacement: [Unicode.Scalar])?) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(count)
        var index = 0
        while index < count {
            if let (end, replacement) = match(index) {
                result += replacement
                index = end
            } else {
                result.append(self[index])
                index += 1
            }
        }
        return result
    }

    /// Whether a word begins or ends before `index`.
    func isWordBoundary(at index: Int) -> Bool {
        let before = index > 0 && self[index - 1].isWordCharacter
        let after = index < count && self[index].isWordCharacter
        return before != after
    }

    func has(_ literal: [Unicode.Scalar], at index: Int) -> Bool {
        index + literal.count <= count && self[index..<index + literal.count].elementsEqual(literal)
    }

    /// The scalar at `index`, where there is one.
    func scalar(at index: Int) -> Unicode.Scalar? { indices.contains(index) ? self[index] : nil }

    /// The first index from `start` on that does not satisfy `predicate`.
    func end(from start: Int, while predicate: (Unicode.Scalar) -> Bool) -> Int {
        var index = start
        while index < count, predicate(self[index]) { index += 1 }
        return index
    }
}

extension String {
    var scalars: [Unicode.Scalar] { Array(unicodeScalars) }
}

extension Unicode.Scalar {
    /// White space, the four separators of ASCII among it.
    var isSpace: Bool {
        isASCII ? self == " " || ("\t"..."\r").contains(self) || (0x1C...0x1F).contains(value) : properties.isWhitespace
    }

    /// A letter, a number or an underscore; marks are none.
    var isWordCharacter: Bool {
        if isASCII { return isASCIIDigit || isASCIILetter || self == "_" }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    var isASCIIDigit: Bool { ("0"..."9").contains(self) }

    private var isASCIILetter: Bool { isLowercaseASCIILetter || ("A"..."Z").contains(self) }

    var isLowercaseASCIILetter: Bool { ("a"..."z").contains(self) }

    /// A decimal digit of any script.
    var isDigit: Bool { isASCIIDigit || (!isASCII && properties.generalCategory == .decimalNumber) }

    var isMarkSymbolOrPunctuation: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
            .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }
}
