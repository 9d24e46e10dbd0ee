import Evaluation
import Foundation
import TestKit
import Testing

/// `speech train --model` as a user runs it, and what `transcribe` and `evaluate` make of the result: a small random Whisper
/// that learns words for tones.
@Suite struct FineTuningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try TrainTests.writeRecordings(to: folder, "tones")
        try folder.addModel("base")
        // Words that the model may begin with; of each tone five recordings are for testing.
        func rows(_ numbers: Range<Int>) -> [String] {
            numbers.flatMap { number in
                ["ann", "bob"].flatMap { speaker in
                    [("lo", "see"), ("hi", "the")].map { "tones/\($0)_\(speaker)_\(number).wav\t\($1)\t\(speaker)" }
                }
            }
        }
        let header = ["file\ttext\tspeaker"]
        try folder.write((header + rows(5..<12)).joined(separator: "\n"), to: "tones.tsv")
        try folder.write((header + rows(0..<5)).joined(separator: "\n"), to: "test.tsv")
    }

    static let small = [
        "--model", "base", "--data", "tones.tsv", "--batch-size", "2", "--evaluate-every", "15", "--save-every", "4",
        "--learning-rate", "0.003", "--average", "0.8", "--augment", "light",
    ]

    private func speech(_ arguments: [String]) throws -> ProgramRun {
        try ProgramRun("speech", arguments, in: folder.url, timeLimit: 400)
    }

    private func bytes(_ run: String, _ name: String = "model.safetensors") throws -> [UInt8] {
        try folder.bytes("\(run)/last/\(name)")
    }

    private func transcript(_ arguments: String...) throws -> String {
        let run = try speech(
            ["transcribe", "tones/hi_bob_7.wav", "--no-vad", "--temperature", "0", "--beam-size", "1"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return run.output
    }

    @Test(.timeLimit(.minutes(10))) func learnsAndTheRunIsAModel() throws {
        let run = try speech(
            ["train"] + Self.small + [
                "--max-steps", "300", "--evaluate-every", "100", "--save-every", "100", "--output", "run",
            ])
        #expect(run.status == 0 && run.output == "", "\(run.errors)")
        for text in ["25 recordings", "3 recordings", "word error rate", "done after 300", "spelling none"] {
            #expect(run.errors.contains(text), "\(text) is not in \(run.errors)")
        }
        for name in ["config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json"] {
            #expect(folder.exists("run/best/\(name)"), "\(name)")
        }
        let evaluated = try speech([
            "evaluate", "test.tsv", "--model", "run", "--output", "report.json", "--no-vad",
            "--temperature", "0", "--no-timestamps",
        ])
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let report = try EvaluationReport(json: Data(folder.bytes("report.json")))
        #expect(report.items.count == 20 && report.model.architecture == "whisper")
        #expect(try #require(report.figures.first?.value) < 0.5, "\(evaluated.output)")
        // Timestamps are learnt too.
        let subtitles = try transcript("--model", "run", "--format", "srt")
        #expect(subtitles.contains("00:00:00,"), "\(subtitles)")
    }

    @Test(.timeLimit(.minutes(10))) func aKilledRunEndsInTheSameBytes() throws {
        let arguments = ["train"] + Self.small + ["--max-steps", "20"]
        var run = try speech(arguments + ["--output", "one", "--threads", "1"])
        #expect(run.status == 0, "\(run.errors)")
        let kills = try folder.train(arguments, with: "speech", in: "killed", threads: 2, steps: 20, killed: 3)
        #expect(kills >= 1)
        run = try speech(["train", "--resume", "killed", "--threads", "2"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try bytes("killed") == bytes("one"))
        #expect(try folder.contents(of: "killed/metrics.jsonl") == folder.contents(of: "one/metrics.jsonl"))
    }

    @Test(.timeLimit(.minutes(10))) func aFrozenEncoderKeepsItsBytes() throws {
        let run = try speech(
            ["train"] + Self.small + ["--max-steps", "8", "--freeze", "encoder", "--output", "run"])
        #expect(run.status == 0, "\(run.errors)")
        let (before, after) = (
            try SafetensorsBytes(folder.bytes("base/model.safetensors")), try SafetensorsBytes(bytes("run"))
        )
        #expect(Set(before.tensors.keys) == Set(after.tensors.keys))
        for (name, value) in before.tensors {
            #expect((after.tensors[name] == value) == name.hasPrefix("model.encoder."), "\(name)")
        }
    }

    @Test(.timeLimit(.minutes(10))) func adaptersAreUsedBesideTheModelAndMerged() throws {
        let run = try speech(
            ["train"] + Self.small + [
                "--max-steps", "40", "--lora", "4", "--lora-targets", "all-linear", "--learning-rate", "0.01",
                "--merge",
                "--output", "run",
            ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(folder.exists("run/best/adapter_config.json") && folder.exists("run/merged/config.json"))
        let beside = try transcript("--model", "base", "--adapter", "run")
        #expect(try transcript("--model", "run/merged") == beside)
        #expect(try transcript("--model", "base") != beside)
        // The adapter brings its model along.
        #expect(try transcript("--adapter", "run") == beside)
        let report = try speech(["evaluate", "test.tsv", "--adapter", "run", "--format", "json"])
        #expect(report.status == 0 && report.output.contains("base+run"), "\(report.errors)")
    }

    @Test(.timeLimit(.minutes(10))) func aNewLayerSpellsOnTheEncoder() throws {
        let arguments = [
            "train", "--model", "base", "--head", "ctc", "--data", "tones.tsv", "--batch-size", "4", "--augment",
            "light",
            "--learning-rate", "0.001", "--average", "0.8", "--save-every", "4", "--evaluate-every", "20",
            "--head-steps", "3",
        ]
        var run = try speech(arguments + ["--max-steps", "100", "--output", "run"])
        #expect(run.status == 0 && run.errors.contains("head ctc"), "\(run.errors)")
        let evaluated = try speech(["evaluate", "test.tsv", "--model", "run", "--output", "report.json"])
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let report = try EvaluationReport(json: Data(folder.bytes("report.json")))
        #expect(report.items.count == 20 && report.model.architecture == "whisper_ctc")
        let errors = try #require(report.figures.first { $0.name == "character_error_rate" }?.value)
        #expect(errors < 0.2, "\(evaluated.output)")
        // Frames of 20 ms.
        let heard = try speech([
            "transcribe", "--model", "run", "tones/hi_bob_7.wav", "--word-timestamps", "--format", "json",
        ])
        #expect(heard.status == 0 && heard.output.contains("\"words\""), "\(heard.errors)")
        // What is longer than the encoder hears at once is cut.
        let samples = (0..<80_000).map { Int16(5_000 * sin(2 * .pi * 1_600 * Double($0) / 16_000)) }
        try folder.write(SoundFile.wave(samples), to: "long.wav")
        let long = try speech(["transcribe", "--model", "run", "long.wav"])
        #expect(long.status == 0, "\(long.errors)")

        run = try speech(arguments + ["--max-steps", "20", "--output", "one", "--threads", "1"])
        #expect(run.status == 0, "\(run.errors)")
        let kills = try folder.train(
            arguments + ["--max-steps", "20"], with: "speech", in: "killed", threads: 2, steps: 20, killed: 2)
        #expect(kills >= 1)
        run = try speech(["train", "--resume", "killed", "--threads", "2"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try bytes("killed") == bytes("one"))
    }

    @Test func whatDoesNotGoTogetherIsTold() throws {
        let cases: [([String], String)] = [
            (["--model", "base", "--preset", "1m"], "--preset is for a network from nothing"),
            (["--model", "nowhere"], "nowhere"),
            (["--freeze", "encoder"], "--freeze has no meaning without --model"),
            (["--lora", "4"], "--lora trains adapters of a pretrained model"),
            (["--model", "base", "--merge"], "--merge has no meaning without --lora"),
            (["--model", "base", "--lora", "4", "--freeze", "decoder"], "leave --freeze out"),
            (["--model", "base", "--lora", "4", "--lora-targets", "c_attn"], "no linear layer called 'c_attn'"),
            (["--head", "ctc"], "--head has no meaning without --model"),
            (["--model", "base", "--head", "ctc", "--lora", "2"], "--lora is for a Whisper with its decoder"),
            (["--model", "base", "--head", "ctc", "--preset", "1m"], "--preset is for a network from nothing"),
            (["--model", "base", "--head-steps", "2"], "--head-steps has no meaning without --head"),
            (["--model", "base", "--language", "de"], "transcribes English only"),
        ]
        for (arguments, text) in cases {
            let run = try speech(["train", "--data", "tones.tsv", "--output", "x"] + arguments)
            #expect(run.status != 0 && run.errors.contains(text), "\(arguments): \(run.errors)")
        }
        #expect(!folder.exists("x"))
    }
}

/// The bytes of each tensor of a safetensors file.
private struct SafetensorsBytes {
    var tensors: [String: [UInt8]] = [:]

    private struct Entry: Decodable {
        let offsets: [Int]?

        enum CodingKeys: String, CodingKey { case offsets = "data_offsets" }
    }

    init(_ bytes: [UInt8]) throws {
        let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        let header = try JSONDecoder().decode([String: Entry].self, from: Data(bytes[8..<8 + length]))
        for (name, entry) in header {
            guard let offsets = entry.offsets else { continue }
            tensors[name] = Array(bytes[8 + length + offsets[0]..<8 + length + offsets[1]])
        }
    }
}
