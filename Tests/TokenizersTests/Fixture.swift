import Foundation
import Tokenizers

/// What Tests/Reference/tokenizers_fixtures.py wrote.
enum Fixture {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/tokenizers")

    struct Decoding: Decodable {
        let ids: [Int]
        let text: String
        let withoutSpecial: String

        enum CodingKeys: String, CodingKey {
            case ids, text
            case withoutSpecial = "without special"
        }
    }

    struct Variant: Decodable, CustomStringConvertible, Sendable {
        let name: String
        /// One list per text, as far as it goes; nil where the ids are those of the first variant.
        let ids: [[Int]?]
        let settings: String?
        let model: String?
        let without: [String]?

        var description: String { name }
    }

    struct Variants: Decodable {
        let texts: [String]
        let variants: [Variant]
        let decodings: [Decoding]
    }

    struct Whisper: Decodable {
        let texts: [String]
        let ids: [[Int]]
        let decodings: [Decoding]
    }

    struct Classes: Decodable {
        let letters: [UInt32]
        let numbers: [UInt32]
        let spaces: [UInt32]
        let digits: [UInt32]
        let words: [UInt32]
    }

    static let variants: Variants = decode("variants.json")
    static let whisper: Whisper = decode("whisper_tiny_en.json")
    static let classes: Classes = decode("classes.json")

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    static func plainTokenizer() throws -> ByteLevelBPE { try ByteLevelBPE(tokenizerJSON: bytes("tokenizer.json")) }

    /// The committed vocabulary and merges under the settings of a variant.
    static func tokenizer(_ variant: Variant) throws -> ByteLevelBPE {
        guard let settings = variant.settings else { return try plainTokenizer() }
        let without = variant.without ?? []
        func isKept(_ token: String) -> Bool { !without.contains { token.utf8.firstRange(of: $0.utf8) != nil } }
        let vocabulary = try JSONDecoder().decode([String: Int].self, from: Data(bytes("vocab.json")))
            .filter { isKept($0.key) }
        let merges = String(decoding: try bytes("merges.txt"), as: UTF8.self).split(separator: "\n").map(String.init)
            .filter(isKept)
        let encoder = JSONEncoder()
        let vocabularyText = String(decoding: try encoder.encode(vocabulary), as: UTF8.self)
        let mergesText = String(decoding: try encoder.encode(merges), as: UTF8.self)
        let text = """
            {\(settings), "model": {"type": "BPE"\(variant.model ?? ""), "vocab": \(vocabularyText), \
            "merges": \(mergesText)}}
            """
        return try ByteLevelBPE(tokenizerJSON: Array(text.utf8), file: variant.name)
    }

    // A fixture that cannot be read leaves nothing to test, so stopping is right.
    private static func decode<Value: Decodable>(_ name: String) -> Value {
        do {
            return try JSONDecoder().decode(
                Value.self, from: Data(contentsOf: folder.appendingPathComponent(name)))
        } catch {
            fatalError("\(name): \(error)")
        }
    }
}

extension Collection where Element: Equatable {
    /// Where `part` first occurs.
    func firstRange(of part: some Collection<Element>) -> Range<Index>? {
        indices.first { self[$0...].starts(with: part) }.map { $0..<index($0, offsetBy: part.count) }
    }
}
