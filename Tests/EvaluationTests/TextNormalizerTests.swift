import Evaluation
import Foundation
import Testing

/// Against transformers (Tests/Reference/normalizer_fixtures.py).
@Suite struct TextNormalizerTests {
    struct Pair: Decodable { let text, normalized: String }

    /// By scalars: strings compare by canonical equivalence.
    private func expectEquality(_ pairs: [Pair], by normalizer: TextNormalizer) {
        for pair in pairs {
            let normalized = normalizer.normalized(pair.text)
            #expect(
                Array(normalized.unicodeScalars) == Array(pair.normalized.unicodeScalars),
                "\(pair.text.debugDescription): \(normalized) | \(pair.normalized)")
        }
    }

    @Test func basicEqualsWhisper() throws {
        expectEquality(try fixture("basic_normalizer.json", as: [Pair].self), by: .basic)
    }

    @Test func englishNormalizerEqualsWhisper() throws {
        let pairs = try fixture("english_normalizer.json", as: [Pair].self)
        #expect(pairs.count > 400)
        expectEquality(pairs, by: .english)
    }

    /// Any number of texts more, made by the same script.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TRIPTYCH_NORMALIZER_PAIRS"] != nil))
    func englishNormalizerEqualsWhisperOnOtherTexts() throws {
        let path = try #require(ProcessInfo.processInfo.environment["TRIPTYCH_NORMALIZER_PAIRS"])
        let pairs = try JSONDecoder().decode([Pair].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        expectEquality(pairs, by: .english)
    }

    @Test func noneChangesNothing() {
        #expect(TextNormalizer.none.normalized(" A, b [c] ") == " A, b [c] ")
    }

    /// Nothing takes more than linear time.
    @Test(arguments: [TextNormalizer.basic, .english])
    func repetitionIsNoBurden(_ normalizer: TextNormalizer) {
        let openings = String(repeating: "[", count: 200_000) + "x"
        #expect(normalizer.normalized(openings) == "x")
        for part in [" ", "'", "and ", "and a half", "1 ", "9", "$0", "million ", "oh "] {
            let text = String(repeating: part, count: 20_000)
            #expect(normalizer.normalized(text).count <= 10 * text.count)
        }
    }
}
