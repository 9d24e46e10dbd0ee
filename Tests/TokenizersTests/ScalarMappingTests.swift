import Foundation
import Testing

@testable import Tokenizers

/// What normalizers and patterns make of each scalar, compared with Hugging Face `tokenizers` for all 1,112,064.
@Suite("Classes and mappings of scalars equal Hugging Face tokenizers")
struct ScalarMappingTests {
    private struct Scalars: Decodable {
        /// FNV-1a of what becomes of 1024 scalars, each between two letters.
        let normalizers: [String: [String]]
        let punctuation: [UInt32]
        let classes: [String: [UInt32]]
    }

    private static func fixture() throws -> Scalars {
        try JSONDecoder().decode(Scalars.self, from: Data(Fixture.bytes("scalars.json")))
    }

    private static func bert(
        cleans: Bool = false, chinese: Bool = false, accents: Bool = false
    ) -> Normalizer.Step {
        .bert(
            BertNormalization(
                cleansText: cleans, separatesChineseCharacters: chinese, stripsAccents: accents, lowercases: false))
    }

    private static let steps: [String: Normalizer.Step] = [
        "NFC": .form(.nfc), "NFD": .form(.nfd), "NFKC": .form(.nfkc), "NFKD": .form(.nfkd), "Lowercase": .lowercase,
        "StripAccents": .stripAccents, "Nmt": .nmt, "clean": bert(cleans: true), "chinese": bert(chinese: true),
        "accents": bert(accents: true),
    ]

    @Test(arguments: steps.keys.sorted())
    func normalizers(_ name: String) throws {
        let step = try #require(Self.steps[name])
        let expected = try #require(try Self.fixture().normalizers[name])
        let normalizer = Normalizer(steps: [step])
        for (block, expected) in expected.enumerated() {
            let text = (UInt32(block * 1024)..<UInt32(block * 1024 + 1024)).compactMap { Unicode.Scalar($0) }
                .map { "a\($0)a" }.joined()
            let bytes = Array(text.utf8)
            let hash = try (normalizer.normalized(bytes, bytes.indices)?.text ?? bytes)
                .reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            #expect(UInt64(expected, radix: 16) == hash, "\(name), from U+\(String(block * 1024, radix: 16))")
        }
    }

    private func members(_ ranges: [UInt32]) -> Set<UInt32> {
        stride(from: 0, to: ranges.count, by: 2).reduce(into: []) { $0.formUnion(ranges[$1]...ranges[$1 + 1]) }
    }

    /// Scalars of which `found` and the fixture differ.
    private func differences(_ ranges: [UInt32], _ found: Set<UInt32>) -> [String] {
        members(ranges).symmetricDifference(found).sorted().prefix(30).map { String($0, radix: 16) }
    }

    private func matches(_ matcher: Splitter.Matcher) throws -> Set<UInt32> {
        var found: Set<UInt32> = []
        for start in stride(from: UInt32(0), to: 0x110000, by: 4096) {
            let text = (start..<start + 4096).compactMap { Unicode.Scalar($0) }.map { String($0) }.joined()
            let bytes = Array(text.utf8)
            let splitter = Splitter(matcher: matcher, behavior: .removed, isInverted: true)
            try splitter.forEachPiece(in: bytes, bytes.indices) { piece in
                found.insert(ScalarClass.scalar(in: bytes, at: piece.lowerBound).scalar.value)
            }
        }
        return found
    }

    @Test func punctuation() throws {
        #expect(differences(try Self.fixture().punctuation, try matches(.punctuation)) == [])
    }

    @Test func classesOfPatterns() throws {
        let classes = try Self.fixture().classes
        #expect(classes.count > 10)
        for (pattern, ranges) in classes {
            let found = try matches(.expression(RegularExpression(pattern)))
            #expect(differences(ranges, found) == [], "\(pattern)")
        }
    }
}
