/// What BERT does to a text: it throws out control characters, sets Chinese characters apart, takes off accents, and
/// makes letters small (Devlin et al. 2019; the normalizer `BertNormalizer`).
struct BertNormalization: Sendable, Equatable {
    let cleansText: Bool
    let separatesChineseCharacters: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    func apply(to result: inout Normalizer.Result) {
        if cleansText { result.map { $0.cleanedForBert } }
        if separatesChineseCharacters {
            var separated: [Unicode.Scalar] = []
            for scalar in String(decoding: result.text, as: UTF8.self).unicodeScalars {
                if scalar.isChinese { separated += [" ", scalar, " "] } else { separated.append(scalar) }
            }
            result.text = separated.utf8
        }
        if stripsAccents {
            result.text = Normalizer.normalized(result.text, .nfd)
            result.map { $0.isNonspacingMark ? nil : $0 }
        }
        if lowercases { result.text = Normalizer.lowercased(result.text) }
    }
}

extension Unicode.Scalar {
    /// Plain for every white space, nil for what is control, format or private in Unicode 8 (the crate
    /// `unicode_categories`), and for U+0000 and U+FFFD.
    fileprivate var cleanedForBert: Unicode.Scalar? {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20: return " "
        case 0x21..<0x7F: return self
        case 0x00, 0xFFFD: return nil
        default: break
        }
        switch properties.generalCategory {
        case .control, .privateUse: return nil
        case .format: return (properties.age?.major ?? .max) <= 8 ? nil : self
        default: return properties.isWhitespace ? " " : self
        }
    }

    /// The blocks of CJK ideographs as BERT lists them, with its own gap at U+2B820.
    fileprivate var isChinese: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// In Unicode 8, whose categories some have changed since.
    fileprivate var isNonspacingMark: Bool {
        switch value {
        case 0x1734, 0x1171E: return true
        case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
        default: break
        }
        return value >= 0x300 && (properties.age?.major ?? .max) <= 8 && properties.generalCategory == .nonspacingMark
    }
}
