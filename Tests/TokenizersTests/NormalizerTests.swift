import Foundation
import Testing

@testable import Tokenizers

@Suite("Canonical composition equals Hugging Face tokenizers")
struct NormalizerTests {
    private struct Compositions: Decodable {
        /// Scalar, its full decomposition, its form C.
        let decompositions: [[String]]
        let marks: [UInt32]
        let texts: [String]
        let composed: [String]
    }

    private static func fixture() throws -> Compositions {
        try JSONDecoder().decode(Compositions.self, from: Data(Fixture.bytes("compositions.json")))
    }

    private func composed(_ text: String) throws -> [UInt8] {
        let bytes = Array(text.utf8)
        return try Normalizer.canonicalComposition.normalized(bytes, bytes.indices)?.text ?? bytes
    }

    @Test("every scalar that decomposes, and its decomposition")
    func scalars() throws {
        let fixture = try Self.fixture()
        #expect(fixture.decompositions.count > 2000)
        for entry in fixture.decompositions {
            #expect(try composed(entry[0]) == Array(entry[2].utf8), "\(entry[0].unicodeScalars.map(\.value))")
            #expect(try composed(entry[1]) == Array(entry[2].utf8), "\(entry[0].unicodeScalars.map(\.value))")
        }
    }

    @Test("every other scalar stays as it is")
    func otherScalars() throws {
        let decomposing = Set(try Self.fixture().decompositions.map { Array($0[0].utf8) })
        for value in UInt32(0)..<0x110000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(scalar).utf8)
            if !decomposing.contains(bytes), try composed(String(scalar)) != bytes {
                Issue.record("U+\(String(value, radix: 16)) changed")
            }
        }
    }

    @Test("marks are put in order, and others are not")
    func marks() throws {
        var marks = Set<UInt32>()
        let ranges = try Self.fixture().marks
        for start in stride(from: 0, to: ranges.count, by: 2) { marks.formUnion(ranges[start]...ranges[start + 1]) }
        for value in UInt32(0x300)..<0x110000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "\u{345}" + String(scalar)
            let moved = try composed(text) != Array(text.utf8)
            if moved != marks.contains(value) { Issue.record("U+\(String(value, radix: 16)): \(moved)") }
        }
    }

    @Test("random strings")
    func strings() throws {
        let fixture = try Self.fixture()
        for (text, expected) in zip(fixture.texts, fixture.composed) {
            #expect(
                try composed(text) == Array(expected.utf8), "\(text.unicodeScalars.map { String($0.value, radix: 16) })"
            )
        }
    }

    @Test("text below U+0300 and other normalizers leave everything as it is")
    func unchanged() throws {
        let text = Array("plain é text".utf8)
        #expect(try Normalizer.canonicalComposition.normalized(text, text.indices) == nil)
        let decomposed = Array("e\u{301}".utf8)
        #expect(try Normalizer.none.normalized(decomposed, decomposed.indices) == nil)
        #expect(try Normalizer.canonicalComposition.normalized(decomposed, 0..<1) == nil)
    }
}
