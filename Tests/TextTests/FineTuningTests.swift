import Foundation
import TestKit
import Testing

/// `text train --model` and `--adapter` as a user runs them.
@Suite struct FineTuningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let rows = (0..<24).map { "{\"prompt\": \"The tide \($0)\", \"completion\": \" came in again.\"}\n" }
        try folder.write(rows.joined(), to: "rows.jsonl")
        try folder.write(Self.chats, to: "chats.jsonl")
    }

    private static let answer = "The tide came in."

    /// Questions that nobody can foretell, and one answer to all of them.
    private static let chats: String = {
        var state: UInt64 = 11
        func next(_ words: [String]) -> String {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return words[Int(state >> 33) % words.count]
        }
        let words = ["sea", "old", "7", "ship", "why", "Q", "north", "it", "rope", "x", "wind", "two", "sand", "9"]
        return (0..<60).map { _ in
            let question = (0..<5).map { _ in next(words) }.joined(separator: " ")
            return #"{"messages": [{"role": "user", "content": "\#(question)"}, "#
                + #"{"role": "assistant", "content": "\#(answer)"}]}"# + "\n"
        }.joined()
    }()

    private func text(_ arguments: [String]) throws -> ProgramRun { try ProgramRun("text", arguments, in: folder.url) }

    private static let model = ["--model", TemporaryFolder.randomModel.path]
    private static let adapters =
        ["train"] + model + ["--lora", "4", "--lora-targets", "all-linear", "--batch-size", "4"]
    private static let options =
        adapters + ["--learning-rate", "0.01", "--data", "rows.jsonl", "--validation-share", "0.1"]
    private static let chatOptions =
        adapters + ["--data", "chats.jsonl", "--chat-template", "plain", "--validation-share", "0.2"]

    private func ids(_ options: [String]) throws -> String {
        let run = try text(
            ["generate", "--temperature", "0", "--max-tokens", "12", "--format", "json", "The tide came in"] + options)
        #expect(run.status == 0, "\(run.errors)")
        let tokens = try #require(run.output.range(of: "\"tokens\""))
        return String(run.output[tokens.upperBound...].prefix { $0 != "]" })
    }

    private func metrics(_ run: String) throws -> [[String: Any]] {
        try folder.contents(of: "\(run)/metrics.jsonl").split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func mergedAndBesideTheModelAnAdapterWritesTheSame() throws {
        let run = try text(Self.options + ["--max-steps", "12", "--output", "run", "--merge"])
        #expect(run.status == 0, "\(run.errors)")
        let beside = try ids(Self.model + ["--adapter", "run"])
        #expect(try beside == ids(["--model", "run/merged"]))
        #expect(try beside != ids(Self.model))
        #expect(try ids(Self.model + ["--adapter", "run", "--adapter-scale", "0"]) == ids(Self.model))
        let exported = try text(
            ["export", TemporaryFolder.randomModel.path, "--adapter", "run", "--output", "exported"])
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(try folder.bytes("exported/model.safetensors") == folder.bytes("run/merged/model.safetensors"))
        // The card counts the model's parameters and those that were trained.
        for model in ["run/merged", "exported"] {
            let card = try folder.contents(of: "\(model)/README.md")
            let counts = try #require(
                card.firstMatch(of: /(\d+) parameters, with adapters of (\d+) parameters in them/))
            let trained = try #require(
                try folder.contents(of: "run/run.json").firstMatch(of: /"parameterCount" : (\d+)/))
            #expect(counts.2 == trained.1)
            let inspected = try text(["inspect", model]).output.replacing(",", with: "").replacing(/\s+/, with: " ")
            #expect(
                inspected.contains("parameters \(counts.1) ") && counts.1 != counts.2, "\(counts.0) in \(inspected)")
        }
    }

    @Test func adaptersLearnAnswersAndNothingElse() throws {
        let run = try text(
            Self.chatOptions + [
                "--learning-rate", "0.03", "--max-steps", "40", "--evaluate-every", "20", "--output", "run", "--merge",
            ])
        #expect(run.status == 0, "\(run.errors)")
        let counts = try #require(run.errors.firstMatch(of: /60 rows, (\d+) tokens, (\d+) of them in answers/))
        // Every answer has the same tokens, the end of the text among them.
        let answers = try #require(Int(counts.2))
        #expect(answers.isMultiple(of: 60) && 2 * answers < Int(counts.1) ?? 0, "\(counts.0)")
        let lines = try metrics("run")
        let losses = lines.compactMap { $0["loss"] as? Double }
        #expect(losses.count == 40 && losses[0] > 6 && losses.suffix(5).allSatisfy { $0 < 4.5 }, "\(losses)")
        let evaluations = lines.filter { $0["validation_loss"] != nil }
        #expect(evaluations.compactMap { $0["validation_targets"] as? Int } == [answers / 5, answers / 5])

        let question = ["--temperature", "0", "--max-tokens", "20", "--message", "old rope why 9"]
        let beside = try text(["chat"] + Self.model + ["--adapter", "run"] + question)
        #expect(beside.status == 0 && !beside.output.isEmpty, "\(beside.errors)")
        // By its configuration the adapter finds its model, and the template is its own.
        #expect(try text(["chat", "--adapter", "run"] + question).output == beside.output)
        #expect(try text(["chat", "--model", "run/merged"] + question).output == beside.output)
        let plain = try text(["chat"] + Self.model + ["--chat-template", "plain"] + question)
        let silent = try text(["chat", "--adapter", "run", "--adapter-scale", "0"] + question)
        #expect(silent.status == 0 && silent.output == plain.output && plain.output != beside.output)
        #expect(try text(["chat", "--adapter", "run", "--prompt-cache", "c"] + question).status == 64)
    }

    /// The loss can come near nothing only where the questions, which nothing foretells, do not count.
    @Test func conversationsAreLearntInTheirAnswersAlone() throws {
        let run = try text(
            ["train"] + Self.model + [
                "--data", "chats.jsonl", "--chat-template", "plain", "--batch-size", "4", "--learning-rate", "0.02",
                "--max-steps", "100", "--evaluate-every", "50", "--output", "run",
            ])
        #expect(run.status == 0, "\(run.errors)")
        let losses = try metrics("run").compactMap { $0["validation_loss"] as? Double }
        #expect(try #require(losses.last) < 0.1, "\(losses)")
        // What was learnt ends by itself, though this template has no token for that.
        let chat = try text(
            ["chat", "--model", "run", "--temperature", "0", "--max-tokens", "20", "--message", "old rope why 9"])
        #expect(chat.output == Self.answer + "\n" && chat.errors.isEmpty, "\(chat.output) \(chat.errors)")
    }

    /// Killed at random moments and resumed, with one thread and with two, adapters end with the bytes of a run that nobody
    /// disturbed.
    @Test(.timeLimit(.minutes(10)), arguments: [1, 2])
    func killedAndResumedItEndsWithTheSameBytes(threads: Int) throws {
        let arguments =
            Self.chatOptions + [
                "--lora-dropout", "0.1", "--max-steps", "120", "--save-every", "3", "--evaluate-every", "20",
            ]
        var run = try text(arguments + ["--threads", "\(3 - threads)", "--output", "whole"])
        #expect(run.status == 0, "\(run.errors)")
        let kills = try folder.train(arguments, in: "killed", threads: threads, steps: 120, killed: 6)
        #expect(kills >= 3)
        run = try text(["train", "--resume", "killed", "--threads", "\(threads)"])
        #expect(run.status == 0, "\(run.errors)")
        for file in [
            "last/adapter_model.safetensors", "last/adapter_config.json", "best/adapter_model.safetensors",
            "last/chat_template.jinja", "metrics.jsonl",
        ] {
            #expect(try folder.bytes("killed/\(file)") == folder.bytes("whole/\(file)"), "\(file)")
        }
    }

    // MARK: Templates

    @Test func aTemplateGoesWithTheModelThatLearntByIt() throws {
        try folder.write("{% for m in messages %}{{ m.content }}<|endoftext|>{% endfor %}", to: "own.jinja")
        let short = ["--data", "chats.jsonl", "--batch-size", "4", "--max-steps", "2"]
        let without = try text(["train"] + Self.model + short + ["--output", "run"])
        #expect(without.status == 1 && without.errors.contains("--chat-template: chatml, "), "\(without.errors)")
        #expect(!folder.exists("run"))
        let run = try text(["train"] + Self.model + short + ["--chat-template", "own.jinja", "--output", "run"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try folder.contents(of: "run/best/chat_template.jinja") == folder.contents(of: "own.jinja"))
        let chat = try text(["chat", "--model", "run", "--message", "a", "--max-tokens", "2"])
        #expect(chat.status == 0, "\(chat.errors)")
        let resumed = try text(["train", "--resume", "run", "--max-steps", "3"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        // Another template is other data.
        try folder.write("{% for m in messages %}{{ m.content }}!<|endoftext|>{% endfor %}", to: "own.jinja")
        let changed = try text(["train", "--resume", "run", "--max-steps", "4"])
        #expect(changed.status == 1 && changed.errors.contains("own.jinja"), "\(changed.errors)")
        let missing = try text(["train"] + Self.model + short + ["--chat-template", "none.jinja", "--output", "x"])
        #expect(missing.status == 64 && missing.errors.contains("'none.jinja'"), "\(missing.errors)")
    }

    // MARK: Bad input

    @Test func whatCannotBeTrainedIsToldSo() throws {
        let target = try text(Self.options + ["--lora-targets", "nope", "--output", "run"])
        #expect(target.status == 1 && target.errors.contains("'nope'; it has down_proj, gate_proj"))
        #expect(try text(Self.options + ["--lora", "0", "--output", "run"]).status == 64)
        let alone = try text(["train", "--data", "rows.jsonl", "--chat-template", "plain", "--output", "run"])
        #expect(alone.status == 64 && alone.errors.contains("--chat-template has no meaning without --model"))
    }

    @Test func badRowsAreToldInOneLine() throws {
        try folder.write(
            "{\"prompt\": \"a\", \"completion\": \"b\"}\n{}\n[]\n{\"completion\": \"c\"}\n3\n", to: "bad.jsonl")
        let run = try text(["train"] + Self.model + ["--data", "bad.jsonl", "--output", "run"])
        #expect(run.status == 1 && run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.contains("4 of 5 rows") && run.errors.contains("; and 1 more"), "\(run.errors)")
        #expect(run.errors.contains("bad.jsonl:2: ") && !run.errors.contains("\\n"), "\(run.errors)")
    }

    @Test func theEndByTimeIsTold() throws {
        let run = try text(Self.options + ["--max-time", "1s", "--epochs", "1000", "--output", "run"])
        #expect(run.status == 0 && run.errors.contains(" steps or 0:01 of training, "), "\(run.errors)")
    }
}
