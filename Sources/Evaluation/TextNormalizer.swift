import Foundation

/// What is done to reference and hypothesis alike before they are compared. A rate means little without its name.
public enum TextNormalizer: String, Sendable, Hashable, CaseIterable, Codable {
    /// The texts as they stand.
    case none
    /// Lower case without punctuation, for any language: the rules of Whisper's basic normalizer (Radford et al. 2022,
    /// appendix C). Text in brackets goes; marks, symbols and punctuation become spaces after compatibility
    /// composition; runs of white space become one space. In scripts that write vowels as marks it breaks words up,
    /// in reference and hypothesis alike.
    case basic

    public func normalized(_ text: String) -> String {
        switch self {
        case .none: text
        case .basic: Self.basic(text)
        }
    }

    private static func basic(_ text: String) -> String {
        let lower = Array(text.lowercased().unicodeScalars)
        let plain = removeParenthesised(removeBracketed(lower))
        let composed = String(String.UnicodeScalarView(plain)).precomposedStringWithCompatibilityMapping
        var result = String.UnicodeScalarView()
        for scalar in composed.unicodeScalars {
            result.append(isMarkSymbolOrPunctuation(scalar) ? " " : scalar)
        }
        return String(result).lowercased().unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
            .map { String($0) }.joined(separator: " ")
    }

    /// Removes everything from `<` or `[` to the next `>` or `]`.
    private static func removeBracketed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        removeEnclosed(in: scalars, opening: ["<", "["], closing: [">", "]"], mayBeEmpty: true)
    }

    /// Removes everything from `(` to the next `)`, unless nothing stands between.
    private static func removeParenthesised(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        removeEnclosed(in: scalars, opening: ["("], closing: [")"], mayBeEmpty: false)
    }

    private static func removeEnclosed(
        in scalars: [Unicode.Scalar], opening: Set<Unicode.Scalar>, closing: Set<Unicode.Scalar>, mayBeEmpty: Bool
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var index = 0
        // From the last closing sign on nothing can be enclosed: without this, many openings take quadratic time.
        let lastClosing = scalars.lastIndex(where: closing.contains) ?? -1
        while index < scalars.count {
            if opening.contains(scalars[index]), index < lastClosing {
                var end = index + 1
                while !closing.contains(scalars[end]) { end += 1 }
                if mayBeEmpty || end > index + 1 {
                    index = end + 1
                    continue
                }
            }
            result.append(scalars[index])
            index += 1
        }
        return result
    }

    private static func isMarkSymbolOrPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
            .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }
}
