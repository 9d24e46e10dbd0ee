import Testing

@testable import Tokenizers

/// The scanners of known patterns against the interpreter, which reads the patterns themselves.
@Suite("Patterns of words")
struct WordPatternTests {
    private static let afterDigits = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let beforeDigits = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"#

    static let patterns = [
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
        #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
        beforeDigits + #"\p{N}{1,3}"# + afterDigits,
        beforeDigits + #"\p{N}"# + afterDigits,
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#,
    ]

    private func words(_ steps: [PreTokenizer.Step], _ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        var words: [String] = []
        try PreTokenizer(steps: steps).forEachWord(in: bytes, bytes.indices) { text, word in
            words.append(String(decoding: text[word], as: UTF8.self))
        }
        return words
    }

    private func isolating(_ pattern: String) throws -> PreTokenizer.Step {
        .split(Splitter(matcher: .expression(try RegularExpression(pattern)), behavior: .isolated))
    }

    @Test(arguments: patterns)
    func scannersCutAsThePatternsSay(_ pattern: String) throws {
        let known = try #require(WordPattern(regularExpression: pattern))
        let step = try isolating(pattern)
        for text in Fixture.variants.texts {
            let expected = try words([step], text)
            #expect(try words([.words(known)], text) == expected, "\(text.debugDescription)")
        }
    }

    @Test(
        "names of GGUF files",
        arguments: [
            ("gpt-2", "it's 123 4x  y", ["it", "'s", " 123", " 4", "x", " ", " y"]),
            ("smollm", "it's 123 4x", ["it", "'s", " ", "1", "2", "3", " ", "4", "x"]),
            ("llama-bpe", "IT'S 1234.\n\nx", ["IT", "'S", " ", "123", "4", ".\n\n", "x"]),
            ("qwen2", "a 12(b", ["a", " ", "1", "2", "(b"]),
            ("gpt-4o", "camelCase's HTTPServer/\n", ["camel", "Case's", " HTTPServer", "/\n"]),
            ("deepseek-v3", "年1234 !ab?ab", ["年", "123", "4", " !", "ab", "?ab"]),
            ("default", "a,b 1234", ["a", ",", "b", " ", "123", "4"]),
        ])
    func ggufNames(_ name: String, _ text: String, _ expected: [String]) throws {
        let steps = try PreTokenizer(ggufName: name, file: "x.gguf").steps
        #expect(try words(steps, text) == expected)
    }

    @Test func anUnknownNameIsAnErrorThatListsTheKnown() {
        #expect {
            try PreTokenizer(ggufName: "novelty", file: "x.gguf")
        } throws: { error in
            guard case .unknownInGGUF("tokenizer.ggml.pre", "novelty", let known) = (error as? TokenizerError)?.reason
            else { return false }
            return known.contains("qwen2") && known.contains("smollm")
        }
    }
}
