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
    }

    private func text(_ arguments: [String]) throws -> ProgramRun { try ProgramRun("text", arguments, in: folder.url) }

    private static let options = [
        "train", "--model", TemporaryFolder.randomModel.path, "--lora", "4", "--lora-targets", "all-linear",
        "--learning-rate", "0.01", "--data", "rows.jsonl", "--validation-share", "0.1", "--batch-size", "4",
    ]

    private func ids(_ options: [String]) throws -> String {
        let run = try text(
            ["generate", "--temperature", "0", "--max-tokens", "12", "--format", "json", "The tide came in"] + options)
        #expect(run.status == 0, "\(run.errors)")
        let tokens = try #require(run.output.range(of: "\"tokens\""))
        return String(run.output[tokens.upperBound...].prefix { $0 != "]" })
    }

    @Test func mergedAndBesideTheModelAnAdapterWritesTheSame() throws {
        let run = try text(Self.options + ["--max-steps", "12", "--output", "run", "--merge"])
        #expect(run.status == 0, "\(run.errors)")
        let model = ["--model", TemporaryFolder.randomModel.path]
        let beside = try ids(model + ["--adapter", "run"])
        #expect(try beside == ids(["--model", "run/merged"]))
        #expect(try beside != ids(model))
        #expect(try ids(model + ["--adapter", "run", "--adapter-scale", "0"]) == ids(model))
    }

    @Test func whatCannotBeTrainedIsToldSo() throws {
        let target = try text(Self.options + ["--lora-targets", "nope", "--output", "run"])
        #expect(target.status == 1 && target.errors.contains("'nope'; it has down_proj, gate_proj"))
        #expect(try text(Self.options + ["--lora", "0", "--output", "run"]).status == 64)
    }
}
