import Foundation
import TestKit
import Testing

/// What cannot be used gets one clear line.
@Suite struct BadInputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        ["generate", "a", "--max-tokens", "0"], ["generate", "a", "--file", "b"], ["generate", "a", "--stop", ""],
        ["generate", "a", "--temperature", "-1"], ["generate", "a", "--top-p", "2"], ["generate", "a", "--top-k", "0"],
        ["generate", "a", "--min-p", "x"], ["generate", "a", "--logit-bias", "a"], ["generate", "a", "--model", ""],
        ["generate", "a", "b"], ["generate", "a", "--seed", "-1"], ["evaluate"], ["evaluate", "a.jsonl", "b.jsonl"],
        ["evaluate", "a", "--output", ""], ["inspect"], ["no-such-verb"],
    ])
    func mistakesAreStatus64(arguments: [String]) throws {
        let run = try ProgramRun("text", arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("Error: ") && run.errors.contains("Usage: text"), "\(run.errors)")
    }

    @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json"])
    func incompleteModelsAreNamed(absent: String) throws {
        try folder.addModel("model", without: [absent])
        let run = try ProgramRun("text", ["generate", "a", "--model", "model"], in: folder.url)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errorLines.count == 1 && run.errors.contains("model"), "\(run.errors)")
    }

    @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json"])
    func corruptModelsAreNamed(corrupt: String) throws {
        try folder.addModel("model")
        let url = folder.url.appendingPathComponent("model/\(corrupt)")
        let contents = try Data(contentsOf: url)
        for spoilt in [contents.prefix(contents.count / 2), Data(), Data(repeating: 0xFF, count: 4096)] {
            try spoilt.write(to: url)
            let run = try ProgramRun("text", ["generate", "a", "--model", "model"], in: folder.url)
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1 && run.errors.contains(corrupt), "\(run.errors)")
        }
    }

    @Test(arguments: [
        (#""hidden_size": 16"#, #""hidden_size": 64"#, "of another shape"),
        (#""hidden_size": 16"#, #""hidden_size": 1000000000000"#, "hidden_size"),
        (#""num_hidden_layers": 2"#, #""num_hidden_layers": 256"#, "missing"),
        (#""vocab_size": 704"#, #""vocab_size": 2000000"#, "expected"),
        (#""vocab_size": 704"#, #""vocab_size": 600"#, "bos_token_id"),
        (#""max_position_embeddings": 64"#, #""max_position_embeddings": -1"#, "max_position_embeddings"),
        (#""model_type": "llama""#, #""model_type": "gpt2""#, "gpt2"),
    ])
    func hostileConfigurationsAreNamed(found: String, instead: String, named: String) throws {
        try folder.addModel("model")
        let config = try folder.contents(of: "model/config.json")
        try #require(config.contains(found))
        try folder.write(config.replacing(found, with: instead), to: "model/config.json")
        let run = try ProgramRun("text", ["generate", "a", "--model", "model"], in: folder.url, timeLimit: 20)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errorLines.count == 1 && run.errors.contains(named), "\(run.errors)")
    }

    @Test func aTokenizerOfAnotherModelIsNamed() throws {
        try folder.addModel("model")
        let config = try folder.contents(of: "model/config.json").replacing("704", with: "600").replacing(
            "700", with: "1")
        try folder.write(config, to: "model/config.json")
        let run = try ProgramRun("text", ["generate", "a", "--model", "model"], in: folder.url)
        #expect(run.status == 1 && run.errors.contains("tokenizer has 701 tokens, the model 600"), "\(run.errors)")
    }

    @Test func aFileThatIsNoTextIsNamed() throws {
        try folder.write(Data([0xFF, 0xFE, 0x00]), to: "binary.txt")
        for (name, expected) in [("binary.txt", "UTF-8"), ("missing.txt", "cannot be read"), (".", "cannot be read")] {
            let run = try folder.text("generate", "--file", name)
            #expect(run.status == 1 && run.output.isEmpty)
            #expect(run.errorLines.count == 1 && run.errors.contains(expected), "\(run.errors)")
        }
        let piped = try ProgramRun(
            "text", ["generate", "-", "--model", TemporaryFolder.randomModel.path], input: Data([0xC3, 0x28]))
        #expect(piped.status == 1 && piped.errors.contains("standard input"), "\(piped.errors)")
    }

    /// The program by itself, away from the models that come with it.
    @Test func withoutAnyModelTheWayToOneIsTold() throws {
        let alone = folder.url.appendingPathComponent("text")
        try FileManager.default.copyItem(at: ProgramRun.program("text"), to: alone)
        let run = try ProgramRun(alone, ["generate", "Once"], environment: ["TRIPTYCH_HOME": folder.path])
        #expect(run.status == 1)
        #expect(run.errorLines.count == 1 && run.errors.contains("text train --data"), "\(run.errors)")
    }

    @Test func withNothingFetchedTheModelThatComesAlongWrites() throws {
        let home = ["TRIPTYCH_HOME": folder.path]
        let run = try ProgramRun(
            "text", ["generate", "And it came to pass", "--temperature", "0", "--max-tokens", "24"], environment: home)
        #expect(run.status == 0 && run.output.contains(" the "), "\(run.output) \(run.errors)")
        let list = try ProgramRun("text", ["models", "list"], environment: home)
        #expect(list.status == 0 && list.output.contains("comes along"), "\(list.output)")
        let scan = try ProgramRun("text", ["inspect", "bible-shakespeare-5m", "--scan"], environment: home)
        #expect(scan.status == 0, "\(scan.errors)")
    }

    @Test func absentModelsTellHowToGetThem() throws {
        let run = try ProgramRun(
            "text", ["generate", "a", "--model", "no-such"], environment: ["TRIPTYCH_HOME": folder.path],
            in: folder.url)
        #expect(run.status == 1 && run.errorLines.count == 1 && run.errors.contains("'no-such'"), "\(run.errors)")
    }

    @Test func weightsThatAreNoNumbersAreNamed() throws {
        try folder.addModel("model")
        let url = folder.url.appendingPathComponent("model/model.safetensors")
        var bytes = try Data(contentsOf: url)
        // The end of the file is weights; bfloat16 of all ones is NaN.
        bytes.replaceSubrange(bytes.count - 2000..<bytes.count, with: Data(repeating: 0xFF, count: 2000))
        try bytes.write(to: url)
        let run = try ProgramRun("text", ["generate", "a", "--model", "model"], in: folder.url)
        #expect(run.status == 1 && run.errors.contains("not finite"), "\(run.errors)")
        #expect(try ProgramRun("text", ["inspect", "model", "--scan"], in: folder.url).status == 1)
    }
}
