import Foundation
import Testing

@testable import Tokenizers

/// Tokenizers on their way from a tokenizer.json into the metadata of a GGUF file, and back.
@Suite struct GGUFVocabularyTests {
    private static func description(_ json: [UInt8]) throws -> TokenizerDescription {
        try json.withUnsafeBytes { try TokenizerJSON.read($0, file: "tokenizer.json") }
    }

    private static func vocabulary(_ json: [UInt8], size: Int? = nil) throws -> GGUFVocabulary {
        let description = try description(json)
        return try GGUFVocabulary(description, file: "model", size: size ?? description.vocabulary.size)
    }

    private static func replacing(_ pattern: String, _ replacement: String, in file: String) throws -> [UInt8] {
        let text = String(decoding: try Fixture.bytes(file), as: UTF8.self)
        #expect(text.contains(pattern))
        return Array(text.replacingOccurrences(of: pattern, with: replacement).utf8)
    }

    @Test func everyNamedPreTokenizerIsWrittenAsItIsRead() throws {
        for name in PreTokenizer.ggufNames {
            let steps = try PreTokenizer.json(ggufName: name, file: "m.gguf")
            let json = #"{"pre_tokenizer":\#(steps),"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}"#
            let read = try Self.description(Array(json.utf8)).preTokenizer
            let meant = try PreTokenizer(ggufName: name, file: "m.gguf")
            #expect(read == meant, "\(name)")
            let found = try #require(
                PreTokenizer.ggufName(of: read, ignoresMerges: PreTokenizer.ignoresMerges(ggufName: name)))
            #expect(try PreTokenizer(ggufName: found, file: "") == meant)
        }
    }

    @Test func bytesGiveTheSameIdsThereAndBack() throws {
        let original = try Fixture.plainTokenizer()
        let size = original.vocabularySize + 5
        let vocabulary = try Self.vocabulary(Fixture.bytes("tokenizer.json"), size: size)
        #expect(vocabulary.model == "gpt2" && vocabulary.preTokenizer == "gpt-2")
        #expect(vocabulary.tokens.count == size && Set(vocabulary.tokens).count == size)
        #expect(vocabulary.types.suffix(5) == [5, 5, 5, 5, 5] && vocabulary.addsBeginToken == false)
        let there = try loadTokenizer(gguf: vocabulary, file: "m.gguf")
        let back = try loadTokenizer(json: vocabulary.tokenizerJSON(file: "m.gguf"))
        #expect(back is ByteLevelBPE && back.addedTokens == there.addedTokens)
        for text in Fixture.variants.texts {
            let ids = try original.encode(text)
            #expect(try there.encode(text) == ids && back.encode(text) == ids, "\(text.debugDescription)")
            #expect(back.decode(ids) == original.decode(ids))
        }
    }

    @Test(arguments: [true, false]) func sentencePiecesGiveTheSameIdsThereAndBack(prependsSpace: Bool) throws {
        let prepend = #"{"type":"Prepend","prepend":"▁"},"#
        let json =
            try prependsSpace
            ? Fixture.bytes("sentencepiece.json") : Self.replacing(prepend, "", in: "sentencepiece.json")
        let original = try loadTokenizer(json: json)
        let vocabulary = try Self.vocabulary(json)
        #expect(vocabulary.model == "llama" && vocabulary.addsSpacePrefix == prependsSpace)
        #expect(vocabulary.types[0] == 2 && vocabulary.types[1] == 3 && vocabulary.types[3] == 6)
        #expect(vocabulary.unknownToken == 0 && vocabulary.beginToken == 1 && vocabulary.addsBeginToken == true)
        let there = try loadTokenizer(gguf: vocabulary, file: "m.gguf")
        let back = try loadTokenizer(json: vocabulary.tokenizerJSON(file: "m.gguf"))
        #expect(back is SentencePieceBPE && back.dropsFirstSpace == prependsSpace)
        struct Expected: Decodable { let texts: [String] }
        let texts = try JSONDecoder().decode(Expected.self, from: Data(Fixture.bytes("sentencepiece_ids.json"))).texts
        for text in texts {
            let ids = try original.encodeFramed(text)
            #expect(try there.encodeFramed(text) == ids && back.encodeFramed(text) == ids, "\(text.debugDescription)")
            #expect(back.decode(ids) == there.decode(ids))
        }
    }

    /// Newer files mark spaces in the pre-tokenizer; Gemma's cuts at spaces that are marked already.
    @Test func otherSpellingsOfSentencePieceAreKnown() throws {
        let text = String(decoding: try Fixture.bytes("sentencepiece.json"), as: UTF8.self)
        func between(_ key: String, _ next: String) throws -> String {
            let start = try #require(text.range(of: "\"\(key)\":"))
            let end = try #require(text.range(of: ",\"\(next)\":", range: start.upperBound..<text.endIndex))
            return String(text[start.upperBound..<end.lowerBound])
        }
        let normalizer = try between("normalizer", "pre_tokenizer")
        let replace = #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}"#
        func json(_ new: String, _ preTokenizer: String) -> [UInt8] {
            Array(
                text.replacingOccurrences(of: "\"normalizer\":\(normalizer)", with: "\"normalizer\":\(new)")
                    .replacingOccurrences(of: "\"pre_tokenizer\":null", with: "\"pre_tokenizer\":\(preTokenizer)").utf8)
        }
        let metaspace = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}"#
        #expect(try Self.vocabulary(json("null", metaspace)).addsSpacePrefix == true)
        let split = #"{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}"#
        let gemma = json(replace, split)
        let vocabulary = try Self.vocabulary(gemma)
        #expect(vocabulary.model == "llama" && vocabulary.addsSpacePrefix == false)
        let (original, there) = (try loadTokenizer(json: gemma), try loadTokenizer(gguf: vocabulary, file: "m.gguf"))
        for text in ["Hello  there", " a\nb", "你好 🙂"] { #expect(try original.encode(text) == there.encode(text)) }
    }

    @Test func whatAFileCannotSayIsRefusedByName() throws {
        func refusal(_ json: [UInt8]) -> String? {
            do {
                _ = try Self.vocabulary(json)
                return nil
            } catch let error as TokenizerError {
                if case .notForGGUF(let setting, _, _) = error.reason { return setting }
                return "\(error)"
            } catch { return "\(error)" }
        }
        let prefixed = try Self.replacing(
            #""add_prefix_space":false"#, #""add_prefix_space":true"#, in: "tokenizer.json")
        #expect(refusal(prefixed) == "pre_tokenizer")
        let lowercased = try Self.replacing(
            #""normalizer":null"#, #""normalizer":{"type":"Lowercase"}"#, in: "tokenizer.json")
        #expect(refusal(lowercased) == "normalizer")
        #expect(
            refusal(Array(#"{"model":{"type":"WordPiece","unk_token":"a","vocab":{"a":0}}}"#.utf8)) == "model.type")
        // Without its merge, a token no longer comes out of its own text.
        let text = String(decoding: try Fixture.bytes("sentencepiece.json"), as: UTF8.self)
        let merges = try #require(text.range(of: "\"merges\":["))
        let next = try #require(text.range(of: "],[", range: merges.upperBound..<text.endIndex))
        let without = text[..<merges.upperBound] + "[" + text[next.upperBound...]
        #expect(refusal(Array(String(without).utf8)) == "model.merges")
        let vocabulary = try Self.vocabulary(Fixture.bytes("tokenizer.json"))
        var hidden = vocabulary
        (hidden.addsBeginToken, hidden.beginToken, hidden.types[3]) = (true, 3, 5)
        #expect(throws: TokenizerError.self) { try hidden.tokenizerJSON(file: "m.gguf") }
    }
}
