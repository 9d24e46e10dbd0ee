import Foundation
import TestKit
import Testing

/// `text generate`, run as a program.
@Suite struct GenerateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Expected: Decodable {
        struct Generation: Decodable {
            let prompt: String
            let ids: [Int]
            let text: String
        }
        let generations: [Generation]

        static func read() throws -> Expected {
            try JSONDecoder().decode(
                Expected.self,
                from: Data(contentsOf: TemporaryFolder.randomModel.appendingPathComponent("expected.json")))
        }
    }

    /// Greedy continuations are those of `transformers`, whichever way the prompt comes.
    @Test func continuationsAreThoseOfTheReference() throws {
        for expected in try Expected.read().generations {
            let options = ["--temperature", "0", "--max-tokens", "\(expected.ids.count)"]
            let line = expected.text + (expected.text.hasSuffix("\n") ? "" : "\n")
            let model = ["--model", TemporaryFolder.randomModel.path]
            let given = try ProgramRun("text", ["generate", expected.prompt] + options + model, in: folder.url)
            #expect(given.status == 0 && given.errors.isEmpty, "\(given.errors)")
            #expect(given.output == line)
            let piped = try ProgramRun(
                "text", ["generate", "-"] + options + model, input: Data(expected.prompt.utf8), in: folder.url)
            #expect(piped.output == line)
            try folder.write(expected.prompt, to: "prompt.txt")
            let read = try ProgramRun(
                "text", ["generate", "--file", "prompt.txt"] + options + model, in: folder.url)
            #expect(read.output == line)
        }
    }

    @Test func jsonTellsEverything() throws {
        let expected = try #require(try Expected.read().generations.first)
        let run = try folder.text(
            "generate", expected.prompt, "--temperature", "0", "--max-tokens", "\(expected.ids.count)", "--format",
            "json", "--seed", "5")
        #expect(run.status == 0 && run.errors.isEmpty)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(json["text"] as? String == expected.text)
        #expect(json["tokens"] as? [Int] == expected.ids)
        #expect(json["finish"] as? String == "length")
        #expect(json["model"] as? String == "tiny-text")
        #expect(json["prompt"] as? String == expected.prompt)
        #expect(json["seed"] as? Int == 5)
        #expect((json["timings"] as? [String: Any])?.count == 3)
    }

    @Test func theSeedDecidesAndTheThreadsDoNot() throws {
        func run(_ arguments: String...) throws -> String {
            let run = try ProgramRun(
                "text",
                ["generate", "The", "--model", TemporaryFolder.randomModel.path, "--max-tokens", "30"] + arguments)
            #expect(run.status == 0, "\(run.errors)")
            return run.output
        }
        let first = try run("--seed", "1")
        #expect(try run("--seed", "1", "--threads", "2") == first)
        #expect(try run("--seed", "1", "--threads", "1") == first)
        #expect(try run("--seed", "2") != first)
    }

    @Test func stopStringsAreNeverWritten() throws {
        let whole = try folder.text("generate", "The", "--seed", "3", "--max-tokens", "40").output
        let middle = whole.index(whole.startIndex, offsetBy: whole.count / 2)
        let stop = String(whole[middle...].prefix(3))
        let run = try folder.text("generate", "The", "--seed", "3", "--max-tokens", "40", "--stop", stop)
        let expected = whole.range(of: stop).map { String(whole[..<$0.lowerBound]) } ?? whole
        #expect(run.output == expected + (expected.hasSuffix("\n") ? "" : "\n"))
    }

    @Test func theEchoGoesBefore() throws {
        let run = try folder.text("generate", "The tide", "--temperature", "0", "--max-tokens", "3", "--echo")
        #expect(run.output.hasPrefix("The tide"))
        let without = try folder.text("generate", "The tide", "--temperature", "0", "--max-tokens", "3")
        #expect(run.output == "The tide" + without.output)
    }

    @Test func aPromptThatIsTooLongIsAnErrorUnlessItMayBeCut() throws {
        let prompt = String(repeating: "a long way to go, ", count: 40)
        let refused = try folder.text("generate", prompt)
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.errorLines.count == 1 && refused.errors.contains("--truncate"), "\(refused.errors)")
        let cut = try folder.text("generate", prompt, "--truncate", "--max-tokens", "5", "--temperature", "0")
        #expect(cut.status == 0 && cut.errors.contains("lost its first"), "\(cut.errors)")
    }

    @Test func aFullContextEndsTheText() throws {
        let run = try folder.text(
            "generate", "The", "--max-tokens", "1000", "--format", "json", "--logit-bias", "<|endoftext|>=-inf")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(json["finish"] as? String == "context")
        let written = try #require(json["tokens"] as? [Int])
        #expect(written.count + (json["prompt_tokens"] as? Int ?? 0) == 64)
    }

    @Test func biasCanForceATokenAndAnUnknownOneIsNamed() throws {
        let run = try folder.text(
            "generate", "The", "--max-tokens", "4", "--logit-bias", "Ġthe=900", "--temperature", "0")
        #expect(run.output == " the the the the\n")
        let unknown = try folder.text("generate", "The", "--logit-bias", "nosuchtoken=1")
        #expect(unknown.status == 64 && unknown.errors.contains("nosuchtoken"), "\(unknown.errors)")
    }
}
