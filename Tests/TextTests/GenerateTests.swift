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

    // MARK: Several continuations

    @Test func severalContinuationsAreIndependentAndTheFirstIsTheOnlyOne() throws {
        let options = ["--seed", "4", "--max-tokens", "12", "--format", "jsonl"]
        func lines(_ more: String...) throws -> [[String: Any]] {
            let run = try ProgramRun(
                "text", ["generate", "The tide", "--model", TemporaryFolder.randomModel.path] + options + more,
                in: folder.url)
            #expect(run.status == 0, "\(run.errors)")
            return try run.output.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }
        let one = try lines()
        let four = try lines("--count", "4")
        #expect(one.count == 1 && four.count == 4)
        #expect(four[0]["tokens"] as? [Int] == one[0]["tokens"] as? [Int])
        #expect(Set(four.compactMap { $0["tokens"] as? [Int] }).count > 1)
        #expect(four.compactMap { $0["index"] as? Int } == [0, 1, 2, 3])
        // The prompt goes through the model once.
        let prompt = try #require(four[0]["prompt_tokens"] as? Int)
        #expect(four.compactMap { $0["cached_prompt_tokens"] as? Int } == [0, prompt, prompt, prompt])
        let text = try folder.text("generate", "The tide", "--seed", "4", "--max-tokens", "12", "--count", "4")
        #expect(text.output.hasPrefix(try #require(four[0]["text"] as? String)))
        let array = try folder.text(
            "generate", "The tide", "--seed", "4", "--max-tokens", "12", "--count", "4", "--format", "json")
        let all = try JSONSerialization.jsonObject(with: Data(array.output.utf8)) as? [[String: Any]]
        #expect(all?.compactMap { $0["text"] as? String } == four.compactMap { $0["text"] as? String })
    }

    /// At temperature 0 the token that is taken is the most probable one, and all probabilities are at most 1.
    @Test func logProbabilitiesTellWhatTheModelThought() throws {
        let run = try folder.text(
            "generate", "The tide", "--temperature", "0", "--max-tokens", "6", "--format", "json",
            "--log-probabilities", "3")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let probabilities = try #require(json["log_probabilities"] as? [[String: Any]])
        #expect(probabilities.compactMap { $0["token"] as? Int } == json["tokens"] as? [Int])
        for one in probabilities {
            let alternatives = try #require(one["alternatives"] as? [[String: Any]])
            let values = alternatives.compactMap { $0["log_probability"] as? Double }
            #expect(alternatives.count == 3 && values == values.sorted(by: >))
            #expect(alternatives[0]["token"] as? Int == one["token"] as? Int)
            #expect(alternatives[0]["text"] as? String == one["text"] as? String)
            #expect(one["log_probability"] as? Double == values[0] && values[0] < 0)
            #expect(values.map { exp($0) }.reduce(0, +) <= 1)
        }
        #expect(try folder.text("generate", "x", "--log-probabilities", "3").status == 64)
        #expect(try folder.text("generate", "x", "--format", "json", "--log-probabilities", "101").status == 64)
        #expect(try folder.text("generate", "x", "--count", "0").status == 64)
    }

    // MARK: Prompt cache

    @Test func thePromptCacheSavesReadingAndChangesNothing() throws {
        let options = ["--temperature", "0", "--max-tokens", "5", "--format", "json"]
        func run(_ prompt: String, _ more: String...) throws -> [String: Any] {
            let run = try ProgramRun(
                "text", ["generate", prompt, "--model", TemporaryFolder.randomModel.path] + options + more,
                in: folder.url)
            #expect(run.status == 0, "\(run.errors)")
            return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        }
        let cache = ["--prompt-cache", "cache.safetensors"]
        let plain = try run("The tide came in twice a day")
        let first = try run("The tide came in twice a day", cache[0], cache[1])
        let written = try Data(contentsOf: folder.url.appendingPathComponent("cache.safetensors"))
        let second = try run("The tide came in twice a day", cache[0], cache[1])
        #expect(plain["tokens"] as? [Int] == first["tokens"] as? [Int])
        #expect(plain["tokens"] as? [Int] == second["tokens"] as? [Int])
        #expect(first["cached_prompt_tokens"] as? Int == 0)
        // The last token is read again, for what may follow it.
        let count = try #require(first["prompt_tokens"] as? Int)
        #expect(second["cached_prompt_tokens"] as? Int == count - 1)
        #expect(try Data(contentsOf: folder.url.appendingPathComponent("cache.safetensors")) == written)
        // A prompt that begins alike takes over what both have in common.
        let other = try run("The tide came in, and went", cache[0], cache[1])
        let common = try #require(other["cached_prompt_tokens"] as? Int)
        #expect(common > 1 && common < count)
        #expect(try run("The tide came in, and went")["tokens"] as? [Int] == other["tokens"] as? [Int])
    }

    @Test func aCacheOfAnotherModelIsMadeAnewAndADamagedOneIsAnError() throws {
        _ = try folder.text("generate", "The tide", "--max-tokens", "2", "--prompt-cache", "cache.safetensors")
        let path = folder.url.appendingPathComponent("cache.safetensors")
        let bytes = try Data(contentsOf: path)
        let text = String(decoding: bytes, as: Unicode.ASCII.self)
        func write(_ pattern: String, _ replacement: String) throws {
            var changed = bytes
            let place = try #require(text.range(of: pattern))
            let offset = text.distance(from: text.startIndex, to: place.lowerBound)
            changed.replaceSubrange(offset..<offset + replacement.utf8.count, with: replacement.utf8)
            try changed.write(to: path)
        }
        func run() throws -> ProgramRun {
            try folder.text("generate", "The tide", "--max-tokens", "2", "--prompt-cache", "cache.safetensors")
        }
        try write("\"model\":\"", "\"model\":\"zz")
        let other = try run()
        #expect(other.status == 0 && other.errors.contains("is of another model"), "\(other.errors)")
        #expect(try Data(contentsOf: path) == bytes)
        for (pattern, replacement) in [
            ("triptych-prompt-cache", "triptych-prompt-cachy"), ("layers.1.keys", "layers.9.keys"), ("[4,", "[3,"),
        ] where text.contains(pattern) {
            try write(pattern, replacement)
            let damaged = try run()
            #expect(damaged.status == 1 && damaged.errorLines.count == 1, "\(pattern): \(damaged.errors)")
        }
        for length in [0, 7, 100, bytes.count - 1] {
            try bytes.prefix(length).write(to: path)
            let cut = try run()
            #expect(cut.status == 1 && cut.errorLines.count == 1 && cut.output.isEmpty, "\(length): \(cut.errors)")
        }
        #expect(try folder.text("generate", "x", "--prompt-cache", "no/such/folder/c").status == 1)
    }
}
