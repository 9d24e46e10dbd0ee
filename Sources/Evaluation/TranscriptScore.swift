/// How a transcript compares with what was said, by words and by characters.
///
/// Words stand between white space. Characters are Unicode scalars of the text with each run of white space made one
/// space. Both are compared scalar by scalar: composed and decomposed letters differ unless the normalizer unites them.
public struct TranscriptScore: Sendable, Hashable {
    public let words: ErrorCounts
    public let characters: ErrorCounts

    public init(reference: String, hypothesis: String, normalizer: TextNormalizer) {
        let (reference, hypothesis) = (normalizer.normalized(reference), normalizer.normalized(hypothesis))
        words = Alignment(reference: Self.words(of: reference), hypothesis: Self.words(of: hypothesis)).counts
        characters =
            Alignment(reference: Self.characters(of: reference), hypothesis: Self.characters(of: hypothesis)).counts
    }

    /// Arrays of scalars, since strings compare by canonical equivalence.
    static func words(of text: String) -> [[Unicode.Scalar]] {
        text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map(Array.init)
    }

    static func characters(of text: String) -> [Unicode.Scalar] {
        Array(words(of: text).joined(separator: [" "]))
    }
}

extension Alignment {
    /// Both texts in one line: agreeing words as they are, `[-lost-]` and `{+invented+}` ones marked.
    public static func marked(reference: String, hypothesis: String) -> String {
        let expected = TranscriptScore.words(of: reference)
        let given = TranscriptScore.words(of: hypothesis)
        var (expectedIndex, givenIndex) = (0, 0)
        var parts: [String] = []
        var lost: [String] = []
        var invented: [String] = []
        func text(_ word: [Unicode.Scalar]) -> String { String(String.UnicodeScalarView(word)) }
        func closeRun() {
            if !lost.isEmpty { parts.append("[-\(lost.joined(separator: " "))-]") }
            if !invented.isEmpty { parts.append("{+\(invented.joined(separator: " "))+}") }
            (lost, invented) = ([], [])
        }
        for edit in Alignment(reference: expected, hypothesis: given).edits {
            if edit == .hit {
                closeRun()
                parts.append(text(expected[expectedIndex]))
            } else {
                if edit != .insertion { lost.append(text(expected[expectedIndex])) }
                if edit != .deletion { invented.append(text(given[givenIndex])) }
            }
            if edit != .insertion { expectedIndex += 1 }
            if edit != .deletion { givenIndex += 1 }
        }
        closeRun()
        return parts.joined(separator: " ")
    }
}
