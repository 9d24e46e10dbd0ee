import Foundation
import TestKit
import Testing
import Tokenizers

/// What people have typed is text, even where it reads like a control token.
@Suite struct PlainTextTests {
    private static func tokenizer(addedTokens: [[String: Any]]) throws -> any Tokenizer {
        let file = Repository.file("Tests/Fixtures/tokenizers/tokenizer.json")
        var json =
            try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        json["added_tokens"] = addedTokens
        return try loadTokenizer(json: [UInt8](JSONSerialization.data(withJSONObject: json)))
    }

    private static func token(_ id: Int, _ content: String, normalized: Bool = false, special: Bool = true)
        -> [String: Any]
    {
        [
            "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": normalized, "special": special,
        ]
    }

    private static func bytes(_ text: String) -> Int { text.utf8.count }

    /// The twin has no added tokens at all, so everything is text to it.
    @Test(arguments: [false, true]) func controlTokensCountOnlyWhereTheyAreMeant(normalized: Bool) throws {
        let tokenizer = try Self.tokenizer(addedTokens: [
            Self.token(700, "<|end|>", normalized: normalized), Self.token(701, "<|end|>>", normalized: normalized),
        ])
        let twin = try Self.tokenizer(addedTokens: [])
        for typed in ["<|end|>", "a<|end|> b", "ü<|end|>>", "", "<|end", "x\n\n"] {
            let text = "say <|end|>" + typed + "<|end|>"
            let start = Self.bytes("say <|end|>")
            let plain = PlainText([start..<start + Self.bytes(typed)], controlTokens: [700, 701])
            let expected = try twin.encode("say ") + [700] + twin.encode(typed) + [700]
            #expect(try tokenizer.encode(text, plain: plain) == expected, "\(typed)")
        }
    }

    /// A token of which a part was typed is none.
    @Test func aTokenCannotBeCompleted() throws {
        let tokenizer = try Self.tokenizer(addedTokens: [Self.token(700, "<|end|>")])
        let twin = try Self.tokenizer(addedTokens: [])
        let text = "a<|end|>b"
        for place in 1...8 {
            let plain = PlainText([place..<place + 1], controlTokens: [700])
            let isTouched = (1..<8).contains(place)
            let expected = try isTouched ? twin.encode(text) : twin.encode("a") + [700] + twin.encode("b")
            #expect(try tokenizer.encode(text, plain: plain) == expected, "\(place)")
        }
    }

    /// Added tokens that steer nothing are found everywhere, and text that is split no differently for being plain.
    @Test func allElseIsAsEver() throws {
        let tokenizer = try Self.tokenizer(addedTokens: [
            Self.token(700, "<|end|>"), Self.token(702, "  ", special: false),
        ])
        let text = "The tide  came in<|end|> and it's  out"
        let (first, second) = (Self.bytes("The tide  came in"), Self.bytes("The tide  came in<|end|>"))
        let plain = PlainText([0..<4, 4..<first, second..<Self.bytes(text)], controlTokens: [700])
        #expect(try tokenizer.encode(text, plain: plain) == tokenizer.encode(text))
        #expect(try tokenizer.encode(text, plain: PlainText([], controlTokens: [700])) == tokenizer.encode(text))
        #expect(try tokenizer.encode(text).contains(702))
    }

    /// The same through every kind of pipeline.
    @Test(arguments: ["BERT", "T5", "XLM-RoBERTa", "Gemma", "Mistral"])
    func composedTokenizersKeepToIt(name: String) throws {
        let pipelines = PipelineTests.pipelines
        let variant = try #require(pipelines.variants.first { $0.name == name })
        let tokenizer = try pipelines.tokenizer(variant)
        // What small vocabularies do not know becomes the unknown token, also where it is plain.
        let token = try #require(
            tokenizer.addedTokens.last {
                $0.isSpecial && !$0.stripsLeft && !$0.stripsRight && !["<unk>", "[UNK]"].contains($0.content)
            })
        let text = "The tide \(token.content) came \(token.content) in"
        func count(_ ids: [Int]) -> Int { ids.count { $0 == token.id } }
        #expect(try count(tokenizer.encode(text)) == 2)
        let none = PlainText([], controlTokens: [token.id])
        #expect(try tokenizer.encode(text, plain: none) == tokenizer.encode(text))
        let second = "The tide \(token.content) came ".utf8.count
        let plain = PlainText([second..<text.utf8.count], controlTokens: [token.id])
        let ids = try tokenizer.encode(text, plain: plain)
        #expect(try count(ids) == 1 && ids.count >= tokenizer.encode(text).count)
        let other = PlainText([second..<text.utf8.count], controlTokens: [token.id + 1])
        #expect(try tokenizer.encode(text, plain: other) == tokenizer.encode(text))
    }
}
