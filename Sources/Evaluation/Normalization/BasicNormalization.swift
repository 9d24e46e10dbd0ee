import Foundation

/// Whisper's normalizer for any language.
enum BasicNormalization {
    static func normalized(_ text: String) -> String {
        let plain = text.lowercased().scalars.withoutBracketedText
        let composed = plain.text.precomposedStringWithCompatibilityMapping.scalars
        let spaced = composed.map { $0.isMarkSymbolOrPunctuation ? " " : $0 }
        return spaced.text.lowercased().scalars.words.joined(separator: " ")
    }
}

extension [Unicode.Scalar] {
    /// Without what stands between `<` or `[` and the next `>` or `]`, nor between `(` and the next `)` unless nothing
    /// stands there.
    var withoutBracketedText: [Unicode.Scalar] {
        removingEnclosed(opening: ["<", "["], closing: [">", "]"], mayBeEmpty: true)
            .removingEnclosed(opening: ["("], closing: [")"], mayBeEmpty: false)
    }

    private func removingEnclosed(
        opening: Set<Unicode.Scalar>, closing: Set<Unicode.Scalar>, mayBeEmpty: Bool
    ) -> [Unicode.Scalar] {
        // From the last closing sign on nothing can be enclosed: without this, many openings take quadratic time.
        let lastClosing = lastIndex(where: closing.contains) ?? -1
        return rewritten { index in
            guard index < lastClosing, opening.contains(self[index]) else { return nil }
            var end = index + 1
            while !closing.contains(self[end]) { end += 1 }
            return mayBeEmpty || end > index + 1 ? (end + 1, []) : nil
        }
    }
}
