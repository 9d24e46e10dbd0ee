import Foundation
import Testing

@testable import Tokenizers

/// BPE in the manner of SentencePiece against Hugging Face `tokenizers` (`Tests/Reference/sentencepiece_fixtures.py`).
@Suite struct SentencePieceTests {
    private struct Expected: Decodable {
        let texts: [String]
        let ids: [[Int]]
        let framed: [[Int]]
        let decodings: [Fixture.Decoding]
    }

    private let tokenizer: SentencePieceBPE
    private let expected: Expected

    init() throws {
        tokenizer = try SentencePieceBPE(tokenizerJSON: Fixture.bytes("sentencepiece.json"))
        expected = try JSONDecoder().decode(Expected.self, from: Data(Fixture.bytes("sentencepiece_ids.json")))
    }

    @Test func idsAreThoseOfTheReference() throws {
        #expect(expected.ids.count > 200)
        for (text, ids) in zip(expected.texts, expected.ids) {
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
        for (text, ids) in zip(expected.texts, expected.framed) { #expect(try tokenizer.encodeFramed(text) == ids) }
    }

    /// Broken characters aside, where the reference writes U+FFFD for each byte and this module for each character.
    @Test func textsAreThoseOfTheReference() {
        var compared = 0
        for decoding in expected.decodings where !decoding.text.contains("\u{FFFD}") {
            compared += 1
            #expect(tokenizer.decode(decoding.ids) == decoding.text)
            #expect(tokenizer.decode(decoding.ids, skippingSpecial: true) == decoding.withoutSpecial)
        }
        #expect(compared > 20)
    }

    @Test func everyTextWithoutMarksMakesTheRoundTrip() throws {
        for text in expected.texts where !text.contains("▁") && !text.contains("<s>") && !text.contains("<unk>") {
            let decoded = tokenizer.decode(try tokenizer.encode(text))
            #expect(decoded.utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
        }
    }

    @Test func pieceByPieceIsTheSame() throws {
        for text in expected.texts {
            let ids = try tokenizer.encode(text)
            var decoder = StreamingDecoder(tokenizer)
            let pieces = ids.map { decoder.append($0) }
            #expect((pieces.joined() + decoder.finish()).utf8.elementsEqual(tokenizer.decode(ids).utf8))
            var continued = StreamingDecoder(tokenizer, continuesText: true)
            let all = ids.map { continued.append($0) }.joined() + continued.finish()
            #expect(Array(all.utf8) == tokenizer.bytes(of: ids) || text.contains("\u{FFFD}"))
        }
    }

    @Test func eachKindIsReadByItsOwn() throws {
        let bytes = try Fixture.bytes("tokenizer.json")
        #expect(throws: TokenizerError.self) { try SentencePieceBPE(tokenizerJSON: bytes) }
        let marked = try Fixture.bytes("sentencepiece.json")
        #expect(throws: TokenizerError.self) { try ByteLevelBPE(tokenizerJSON: marked) }
    }

    @Test(arguments: [
        (#""Prepend""#, #""Lowercase""#), (#""prepend":"▁""#, #""prepend":"_""#), (#""start":1"#, #""start":2"#),
        (#""ByteFallback""#, #""Metaspace""#), (#""pre_tokenizer":null"#, #""pre_tokenizer":{"type":"Metaspace"}"#),
    ])
    func whatWouldGiveOtherIdsIsRefused(found: String, instead: String) throws {
        let text = String(decoding: try Fixture.bytes("sentencepiece.json"), as: UTF8.self)
        let changed = text.replacing(found, with: instead)
        try #require(changed != text)
        #expect(throws: TokenizerError.self) { try SentencePieceBPE(tokenizerJSON: Array(changed.utf8)) }
    }

    @Test func aStrangePostProcessorIsAnErrorToThoseWhoAsk() throws {
        let text = String(decoding: try Fixture.bytes("sentencepiece.json"), as: UTF8.self)
        let changed = text.replacing(#""TemplateProcessing""#, with: #""RobertaProcessing""#)
        let tokenizer = try SentencePieceBPE(tokenizerJSON: Array(changed.utf8))
        #expect(try !tokenizer.encode("a").isEmpty)
        #expect(throws: TokenizerError.self) { try tokenizer.encodeFramed("a") }
    }
}
