/// What is done to a text before it is cut.
struct Normalizer: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case form(NormalizationForm)
        case lowercase
        /// White space at the ends.
        case strip(left: Bool, right: Bool)
        /// All marks.
        case stripAccents
        case replace(RegularExpression, by: [UInt8])
        case prepend([UInt8])
        case nmt
        case bert(BertNormalization)
        case precompiled(PrecompiledCharacterMap)
    }

    let steps: [Step]

    /// Leaves everything as it is.
    static let none = Normalizer(steps: [])
    /// Canonical composition (NFC).
    static let canonicalComposition = Normalizer(steps: [.form(.nfc)])

    /// "▁" for each space, and one in front (SentencePiece).
    static func spaceMarking(prepends: Bool) -> Normalizer {
        Normalizer(
            steps: (prepends ? [.prepend(TokenAlphabet.spaceMark)] : [])
                + [.replace(RegularExpression(literal: " "), by: TokenAlphabet.spaceMark)])
    }

    /// A normalized text.
    struct Result: Equatable {
        var text: [UInt8]
        /// Whether its first character stems from the first of the original: the pre-tokenizer `Metaspace` asks.
        var keepsStart = true
    }

    /// `text[range]`, which is valid UTF-8, normalized; nil if it stays as it is.
    ///
    /// - Throws: ``PatternError`` if a pattern takes too long.
    func normalized(_ text: [UInt8], _ range: Range<Int>) throws(PatternError) -> Result? {
        guard !steps.isEmpty, !range.isEmpty else { return nil }
        if steps.count == 1, case .form(let form) = steps[0],
            !text[range].contains(where: { $0 >= form.leastLead })
        {
            return nil
        }
        var result = Result(text: Array(text[range]))
        for step in steps where !result.text.isEmpty { try Self.apply(step, to: &result) }
        return result
    }

    private static func apply(_ step: Step, to result: inout Result) throws(PatternError) {
        switch step {
        case .form(let form): result.text = normalized(result.text, form)
        case .lowercase: result.text = lowercased(result.text)
        case .strip(let left, let right): strip(&result, left: left, right: right)
        case .stripAccents: result.map { $0.isMark ? nil : $0 }
        case .replace(let expression, let content): try replace(&result, expression, content)
        case .prepend(let content): result.text = content + result.text
        case .nmt: result.map { $0.cleanedForNMT }
        case .bert(let bert): bert.apply(to: &result)
        case .precompiled(let map): result.text = map.normalized(result.text)
        }
    }

    static func normalized(_ text: [UInt8], _ form: NormalizationForm) -> [UInt8] {
        guard text.contains(where: { $0 >= form.leastLead }) else { return text }
        var normalizer = FormNormalizer(form)
        return normalizer.normalize(String(decoding: text, as: UTF8.self).unicodeScalars).utf8
    }

    /// Scalar by scalar, as the library does: a sigma at the end of a word is like others.
    static func lowercased(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(scalar.value)
                result.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
        return result
    }

    private static func strip(_ result: inout Result, left: Bool, right: Bool) {
        let scalars = Array(String(decoding: result.text, as: UTF8.self).unicodeScalars)
        var rest = scalars[...]
        if left { rest = rest.drop { $0.properties.isWhitespace } }
        if right { while let last = rest.last, last.properties.isWhitespace { rest.removeLast() } }
        if rest.startIndex > 0 { result.keepsStart = false }
        if rest.count < scalars.count { result.text = Array(rest).utf8 }
    }

    private static func replace(
        _ result: inout Result, _ expression: RegularExpression, _ content: [UInt8]
    ) throws(PatternError) {
        var replaced: [UInt8] = []
        let text = result.text
        var end = 0
        var firstMatch: Range<Int>?
        try expression.forEachMatch(in: text, text.indices) { match in
            if firstMatch == nil { firstMatch = match }
            replaced += text[end..<match.lowerBound]
            replaced += content
            end = match.upperBound
        }
        guard let firstMatch else { return }
        result.text = replaced + text[end...]
        if firstMatch.lowerBound == 0, !firstMatch.isEmpty {
            // New text stands where the last character of what it replaces stood.
            let length = ScalarClass.scalar(in: text, at: 0).length
            if content.isEmpty || firstMatch.upperBound > length { result.keepsStart = false }
        }
    }
}

extension Normalizer.Result {
    /// Replaces each scalar, or leaves it out.
    mutating func map(_ transform: (Unicode.Scalar) -> Unicode.Scalar?) {
        var isFirst = true
        var scalars: [Unicode.Scalar] = []
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if let new = transform(scalar) { scalars.append(new) } else if isFirst { keepsStart = false }
            isFirst = false
        }
        text = scalars.utf8
    }
}

extension [Unicode.Scalar] {
    var utf8: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for scalar in self {
            if scalar.isASCII {
                bytes.append(UInt8(scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return bytes
    }
}

extension Unicode.Scalar {
    /// Marks of every kind in Unicode 9 (the crate `unicode-normalization-alignments`).
    fileprivate var isMark: Bool {
        // Were marks, and are letters now; was punctuation, and is a mark.
        if value == 0x1CF2 || value == 0x1CF3 { return true }
        if value == 0x111C9 { return false }
        guard value >= 0x300, (properties.age?.major ?? .max) <= FormNormalizer.unicodeMajorVersion else {
            return false
        }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return true
        default: return false
        }
    }

    /// What SentencePiece's rule `nmt` makes of a scalar: control characters vanish, odd spaces become plain.
    fileprivate var cleanedForNMT: Unicode.Scalar? {
        switch value {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: nil
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: " "
        default: self
        }
    }
}
