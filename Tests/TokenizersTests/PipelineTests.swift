import Foundation
import Testing

@testable import Tokenizers

/// Tokenizers of every kind against Hugging Face `tokenizers` (`Tests/Reference/tokenizer_pipeline_fixtures.py`).
@Suite("Normalizers, pre-tokenizers, models and decoders in all combinations")
struct PipelineTests {
    struct Variant: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let model: String
        /// Settings of the model, as JSON, that replace its own.
        let changes: [String: String]
        let parts: String
        /// For the first texts, as far as it goes; nil where they are those of the model's first tokenizer.
        let ids: [IDs?]
        /// What the ids of the first of these texts decode to; nil where that is the text.
        let decoded: [String?]
        /// The ids of the first text with what stands around it.
        let framed: [Int]

        var testDescription: String { name }

        enum CodingKeys: String, CodingKey {
            case name, model, parts, ids, decoded, framed
            case changes = "model_settings"
        }
    }

    /// Ids as characters: U+0100 is 0.
    struct IDs: Decodable, Sendable {
        let values: [Int]

        init(from decoder: any Decoder) throws {
            values = try decoder.singleValueContainer().decode(String.self).unicodeScalars.map { Int($0.value) - 0x100 }
        }
    }

    struct Pipelines: Decodable, Sendable {
        let texts: [String]
        /// The table of `Precompiled`, of which parts have "CHARACTERS".
        let characters: String
        let models: [String: String]
        let variants: [Variant]

        func tokenizer(_ variant: Variant) throws -> any Tokenizer {
            var model = try #require(models[variant.model])
            for (key, value) in variant.changes {
                // The settings come before the vocabulary; one that is there already is replaced.
                if let old = model.range(of: #""\#(key)":[^,\[{}]*,"#, options: .regularExpression) {
                    model.removeSubrange(old)
                }
                model = "{\"\(key)\":\(value)," + model.dropFirst()
            }
            let parts = variant.parts.replacing("CHARACTERS", with: characters)
            return try loadTokenizer(json: Array("{\(parts),\"model\":\(model)}".utf8), file: variant.name)
        }

        /// How many texts have other ids or decode to another text, and the first of them.
        func differences(_ variant: Variant) throws -> (count: Int, first: String) {
            let tokenizer = try tokenizer(variant)
            var count = 0
            var first = ""
            let firstOfModel = try #require(variants.first { $0.model == variant.model })
            for number in variant.ids.indices {
                let text = texts[number]
                let expected = try #require(variant.ids[number] ?? firstOfModel.ids[number]).values
                let ids = try tokenizer.encode(text)
                let decoded = tokenizer.decode(expected)
                let reference = number < variant.decoded.count ? variant.decoded[number] ?? text : decoded
                // Bytes that are no character: one U+FFFD for each that they could begin here, one for each byte there.
                let isComparable = !reference.unicodeScalars.contains("\u{FFFD}")
                let decodes = !isComparable || decoded.utf8.elementsEqual(reference.utf8)
                var decoder = StreamingDecoder(tokenizer)
                let streamed = expected.map { decoder.append($0) }.joined() + decoder.finish()
                guard ids != expected || !decodes || !streamed.utf8.elementsEqual(decoded.utf8) else { continue }
                count += 1
                guard count == 1 else { continue }
                first = """
                    \(text.debugDescription)
                    ids      \(ids.map { tokenizer.text(of: $0) ?? "" })
                    expected \(expected.map { tokenizer.text(of: $0) ?? "" })
                    decoded  \(decoded.debugDescription)
                    expected \(reference.debugDescription)
                    """
            }
            return (count, first)
        }
    }

    static let pipelines: Pipelines = load(Fixture.folder)

    // A fixture that cannot be read leaves nothing to test, so stopping is right.
    private static func load(_ folder: URL) -> Pipelines {
        do {
            return try JSONDecoder().decode(
                Pipelines.self, from: Data(contentsOf: folder.appendingPathComponent("pipelines.json")))
        } catch {
            fatalError("\(error)")
        }
    }

    @Test("ids and texts are those of the reference", arguments: pipelines.variants)
    func variant(_ variant: Variant) throws {
        let differences = try Self.pipelines.differences(variant)
        #expect(differences.count == 0, "\(differences.first)")
    }

    @Test("what stands around a text is that of the reference", arguments: pipelines.variants)
    func frame(_ variant: Variant) throws {
        let tokenizer = try Self.pipelines.tokenizer(variant)
        #expect(try tokenizer.encodeFramed(Self.pipelines.texts[0]) == variant.framed)
    }

    private static let wideFolder = ProcessInfo.processInfo.environment["TRIPTYCH_TOKENIZER_CHECK"]

    /// `python Tests/Reference/tokenizer_pipeline_fixtures.py --random 5000 FOLDER`
    @Test("thousands of random texts", .enabled(if: wideFolder != nil, "set TRIPTYCH_TOKENIZER_CHECK=FOLDER"))
    func wideCheck() throws {
        let wide = Self.load(URL(fileURLWithPath: try #require(Self.wideFolder)))
        var encodings = 0
        for variant in wide.variants {
            encodings += variant.ids.count
            let differences = try wide.differences(variant)
            #expect(differences.count == 0, "\(variant.name): \(differences.count)\n\(differences.first)")
        }
        #expect(encodings > 0)
        print("\(encodings) encodings of \(wide.variants.count) tokenizers compared")
    }
}
