import Foundation
import TestKit
import Testing

/// `text tokenize`, run as a program.
@Suite struct TokenizeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func tokenize(_ arguments: String..., input: String? = nil) throws -> ProgramRun {
        try ProgramRun("text", ["tokenize"] + arguments, input: input.map { Data($0.utf8) }, in: folder.url)
    }

    private let text = "the cat and the other cat, the café and the 猫\r\n\tthe end <|endoftext|>"

    /// What is trained is at once of use, and gives back what it was given.
    @Test(arguments: ["bpe", "characters", "bytes"])
    func trainsEncodesAndDecodes(_ kind: String) throws {
        try folder.write(text, to: "data/a.txt")
        try folder.write("{\"text\": \"the hat\"}\n", to: "data/b.jsonl")
        let trained = try tokenize("train", "data", "--output", "made/here", "--kind", kind)
        #expect(trained.status == 0 && trained.output.isEmpty, "\(trained.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("made/here")).count == 2)
        let encoded = try tokenize("encode", "-", "--model", "made/here", input: text)
        #expect(encoded.status == 0 && encoded.errors.isEmpty, "\(encoded.errors)")
        let decoded = try tokenize("decode", "-", "--model", "made/here", input: encoded.output)
        #expect(decoded.output.utf8.elementsEqual(text.utf8) && decoded.errors.isEmpty, "\(decoded.errors)")
        let plain = try tokenize("decode", "-", "--skip-special", "--model", "made/here", input: encoded.output)
        #expect(plain.output == text.replacing("<|endoftext|>", with: ""))
        let count = try tokenize("encode", "--file", "data/a.txt", "--format", "count", "--model", "made/here")
        #expect(count.output == "\(encoded.output.split(separator: " ").count)\n")
    }

    @Test func tokensAreShown() throws {
        try folder.write(String(repeating: "the then ", count: 9), to: "a.txt")
        #expect(try tokenize("train", "a.txt", "--output", ".", "--vocabulary-size", "300").status == 0)
        let tokens = try tokenize("encode", "then\n", "--format", "tokens", "--model", ".")
        #expect(tokens.output.hasSuffix("\t\"\\n\"\n"), "\(tokens.output)")
        let json = try tokenize("encode", "then\n", "--format", "json", "--model", ".")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect((object["tokens"] as? [String])?.joined() == "then\n")
        #expect((object["ids"] as? [Int])?.count == object["count"] as? Int)
    }

    @Test func badDataIsOneLine() throws {
        try folder.write("{\"text\": \"good good\"}\nbad\n{\"other\": 1}\n", to: "rows.jsonl")
        try folder.write("", to: "empty.txt")
        try folder.write(Array("ab\n".utf8) + [0xFF], to: "bytes.txt")
        for (data, place) in [
            ("rows.jsonl", "rows.jsonl:2: "), ("empty.txt", "empty.txt"), ("bytes.txt", "bytes.txt:2: "),
            ("gone", "gone"),
        ] {
            let run = try tokenize("train", data, "--output", "out")
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1 && run.errors.contains(place), "\(run.errors)")
            #expect(!folder.exists("out/tokenizer.json"))
        }
        let run = try tokenize("train", "rows.jsonl", "--output", "out", "--skip-bad", "2")
        #expect(run.status == 0 && run.errors.contains("rows.jsonl:3: "), "\(run.errors)")
    }

    @Test func aTokenizerIsNotReplacedUnasked() throws {
        try folder.write("some text", to: "a.txt")
        #expect(try tokenize("train", "a.txt", "--output", "out").status == 0)
        let before = try folder.contents(of: "out/tokenizer.json")
        let again = try tokenize("train", "a.txt", "--output", "out", "--kind", "bytes")
        #expect(again.status == 1 && again.errors.contains("--force"))
        #expect(try folder.contents(of: "out/tokenizer.json") == before)
        #expect(try tokenize("train", "a.txt", "--output", "out", "--kind", "characters", "--force").status == 0)
        #expect(try folder.contents(of: "out/tokenizer.json") != before)
        #expect(try tokenize("train", "a.txt", "--output", "/proc/out").status == 1)
    }

    @Test func wrongIdsAndUse() throws {
        try folder.write("some text", to: "a.txt")
        #expect(try tokenize("train", "a.txt", "--output", ".", "--kind", "bytes").status == 0)
        for word in ["257", "x", "1.5"] {
            let run = try tokenize("decode", word, "--model", ".")
            #expect(run.status == 1 && run.errors.contains("\"\(word)\""), "\(run.errors)")
        }
        #expect(try tokenize("encode", "--model", ".").status == 64)
        #expect(try tokenize("train", "a.txt").status == 64)
        #expect(
            try tokenize("train", "a.txt", "--output", "x", "--kind", "bytes", "--vocabulary-size", "9").status == 64)
        let small = try tokenize("train", "a.txt", "--output", "x", "--vocabulary-size", "9")
        #expect(small.status == 1 && small.errors.contains("257 to"), "\(small.errors)")
    }
}
