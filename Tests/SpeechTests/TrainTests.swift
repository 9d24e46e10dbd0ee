import Evaluation
import Foundation
import TestKit
import Testing

/// `speech train` as a user runs it, and what `transcribe` and `evaluate` make of the result: on tones for words.
@Suite struct TrainTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Self.writeRecordings(to: folder, "tones")
    }

    /// `label_speaker_number.wav`: a low tone is `lo`, a high one `hi`; speakers differ in pitch, numbers in loudness.
    static func writeRecordings(to folder: TemporaryFolder, _ name: String, count: Int = 12) throws {
        try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        for (label, frequency) in [("lo", 400.0), ("hi", 1_600.0)] {
            for (speaker, factor) in [("ann", 1.0), ("bob", 1.1)] {
                for number in 0..<count {
                    let loudness = 3_000.0 + 500 * Double(number)
                    let samples = (0..<5_600 + 160 * number).map { index in
                        Int16(loudness * sin(2 * .pi * frequency * factor * Double(index) / 16_000))
                    }
                    try folder.write(SoundFile.wave(samples), to: "\(name)/\(label)_\(speaker)_\(number).wav")
                }
            }
        }
    }

    /// A small training of few steps, with a checkpoint every few of them.
    static let small = [
        "--data", "tones", "--preset", "1m", "--batch-size", "8", "--evaluate-every", "15", "--save-every", "4",
        "--learning-rate", "0.002", "--average", "0.8", "--augment", "light", "--dropout", "0.05",
    ]

    private func speech(_ arguments: [String]) throws -> ProgramRun {
        try ProgramRun("speech", arguments, in: folder.url, timeLimit: 400)
    }

    private func weights(_ run: String) throws -> [UInt8] { try folder.bytes("\(run)/last/model.safetensors") }

    @Test(.timeLimit(.minutes(10))) func trainsAndTheRunIsAModel() throws {
        let run = try speech(["train"] + Self.small + ["--max-steps", "60", "--output", "run"])
        #expect(run.status == 0 && run.output == "", "\(run.errors)")
        // Of 48, numbers 0 to 4 are for testing; a tenth of the others is kept.
        for text in [
            "25 recordings", "2 speakers) to learn from, 3 recordings", "word error rate", "; best word error rate 0",
        ] {
            #expect(run.errors.contains(text), "\(text) is not in \(run.errors)")
        }
        for name in ["curve.png", "metrics.csv", "best/config.json", "best/tokenizer.json"] {
            #expect(folder.exists("run/\(name)"), "\(name)")
        }
        let evaluated = try speech([
            "evaluate", "tones", "--split", "test", "--model", "run", "--output", "report.json",
        ])
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let report = try EvaluationReport(json: Data(folder.bytes("report.json")))
        #expect(report.items.count == 20 && report.model.architecture == "conformer_ctc")
        #expect(try #require(report.figures.first?.value) < 0.2, "\(evaluated.output)")
        let heard = try speech([
            "transcribe", "--model", "run", "tones/hi_bob_7.wav", "--word-timestamps", "--format", "json",
        ])
        #expect(
            heard.status == 0 && heard.output.contains("hi") && heard.output.contains("\"words\""), "\(heard.errors)")
        let asked = try speech(["transcribe", "--model", "run", "tones/hi_bob_7.wav", "--language", "en"])
        #expect(asked.status == 1 && asked.errors.contains("a language is for Whisper models"), "\(asked.errors)")
        try folder.write("hi lo\nhi\nlo hi hi\nlo\n", to: "words.txt")
        let learnt = try speech(["lm", "train", "words.txt", "--order", "2", "--output", "words.arpa"])
        #expect(learnt.status == 0 && learnt.errors.contains("4 sentences of 7 words"), "\(learnt.errors)")
        let weighed = try speech([
            "evaluate", "tones", "--split", "test", "--model", "run", "--language-model", "words.arpa", "--lm-weight",
            "0.3",
            "--beam-size", "20", "--output", "weighed.json",
        ])
        #expect(weighed.status == 0, "\(weighed.errors)")
        let weighedReport = try EvaluationReport(json: Data(folder.bytes("weighed.json")))
        #expect(weighedReport.settings["language_model"] == "words.arpa" && weighedReport.settings["beam_size"] == 20)
        #expect(try #require(weighedReport.figures.first?.value) < 0.2, "\(weighed.output)")
        let divided = try speech(["evaluate", "tones", "--split", "validation", "--model", "run"])
        #expect(divided.status == 1 && divided.errors.contains("has no part called validation; there are test, train"))
    }

    @Test(.timeLimit(.minutes(10))) func wholeWordsAreLearntAndExported() throws {
        let run = try speech(["train"] + Self.small + ["--whole-words", "--max-steps", "60", "--output", "run"])
        #expect(run.status == 0, "\(run.errors)")
        let exported = try speech(["export", "run", "--type", "bfloat16", "--output", "words"])
        #expect(exported.status == 0 && folder.exists("words/README.md"), "\(exported.errors)")
        #expect(
            try folder.bytes("words/model.safetensors").count < folder.bytes("run/best/model.safetensors").count * 3 / 5
        )
        let heard = try speech(["transcribe", "tones/hi_ann_0.wav", "tones/lo_bob_1.wav", "--model", "words"])
        #expect(heard.output.contains("hi") && heard.output.contains("lo"), "\(heard.output) \(heard.errors)")
        let refused = try speech(["train"] + Self.small + ["--whole-words", "--pieces", "300", "--output", "x"])
        #expect(refused.status == 64 && refused.errors.contains("exclude each other"))
    }

    @Test(.timeLimit(.minutes(10))) func aModelThatSpellsLearnsMore() throws {
        let first = try speech(["train"] + Self.small + ["--max-steps", "60", "--output", "first"])
        #expect(first.status == 0, "\(first.errors)")
        // What it knows it keeps: one step is enough to spell without a fault, in its own alphabet or in words.
        let data = ["--data", "tones", "--batch-size", "8", "--augment", "none", "--evaluate-every", "10"]
        let more = try speech(["train", "--model", "first"] + data + ["--max-steps", "10", "--output", "more"])
        #expect(more.status == 0 && more.errors.contains("best word error rate 0"), "\(more.errors)")
        #expect(try folder.bytes("more/best/tokenizer.json") == folder.bytes("first/best/tokenizer.json"))
        let words = try speech(
            ["train", "--model", "first", "--head", "ctc", "--whole-words"] + data
                + ["--max-steps", "80", "--learning-rate", "0.002", "--average", "0.8", "--output", "words"])
        #expect(words.status == 0 && words.errors.contains("best word error rate 0"), "\(words.errors)")
        let other = try speech(["train", "--model", "first", "--whole-words"] + data + ["--output", "x"])
        #expect(other.status == 64 && other.errors.contains("add --head ctc"), "\(other.errors)")
        let frozen = try speech(
            ["train", "--model", "first", "--head", "ctc", "--freeze", "encoder"] + data + ["--output", "x"])
        #expect(frozen.status == 64 && frozen.errors.contains("norms over batches"), "\(frozen.errors)")
    }

    @Test(.timeLimit(.minutes(10))) func killedAndResumedItEndsWithTheSameBits() throws {
        let arguments = ["train"] + Self.small + ["--max-steps", "30", "--evaluate-every", "10"]
        var run = try speech(arguments + ["--threads", "1", "--output", "one"])
        #expect(run.status == 0, "\(run.errors)")
        let kills = try folder.train(arguments, with: "speech", in: "killed", threads: 2, steps: 30, killed: 3)
        #expect(kills >= 1)
        run = try speech(["train", "--resume", "killed", "--threads", "2"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try weights("killed") == weights("one"))
        #expect(try folder.contents(of: "killed/metrics.jsonl") == folder.contents(of: "one/metrics.jsonl"))
    }

    @Test func badRowsAreNamedAndMayBeLeftOut() throws {
        let names = ["lo_ann_5", "hi_ann_5", "lo_bob_6", "hi_bob_6", "lo_ann_7", "hi_ann_7"]
        var rows = names.map { "tones/\($0).wav\t\($0.prefix(2))" }
        rows += [
            "tones/missing.wav\tlo", "no tab here", "tones/lo_ann_8.wav\t",
            "tones/hi_ann_8.wav\t\(String(repeating: "hi", count: 20))",
        ]
        try folder.write(rows.joined(separator: "\n"), to: "list.tsv")
        let arguments = [
            "train", "--data", "list.tsv", "--preset", "1m", "--batch-size", "2", "--max-steps", "1",
            "--validation-share",
            "0.3",
        ]
        let strict = try speech(arguments + ["--output", "strict"])
        #expect(strict.status == 1 && strict.errors.contains("list.tsv:8: "), "\(strict.errors)")
        #expect(strict.errors.contains("--skip-bad") && !folder.exists("strict"))
        // What is wrong with a list comes before what follows from it.
        try folder.write("tones/lo_ann_0.wav\tlo\nno tab here", to: "few.tsv")
        let few = try speech(["train", "--data", "few.tsv", "--preset", "1m", "--output", "few"])
        #expect(few.status == 1 && few.errors.contains("few.tsv:2: "), "\(few.errors)")
        let lenient = try speech(arguments + ["--skip-bad", "4", "--output", "lenient"])
        #expect(lenient.status == 0, "\(lenient.errors)")
        for place in ["list.tsv:7: ", "list.tsv:8: ", "list.tsv:9: ", "list.tsv:10: "] {
            #expect(lenient.errors.contains("left out: ") && lenient.errors.contains(place), "\(lenient.errors)")
        }
        #expect(lenient.errors.contains("its text needs"), "\(lenient.errors)")
    }

    @Test func noisesAndRoomsAreLearntWithAndKnownAgain() throws {
        for (name, step) in [("hum", 0.01), ("hiss", 1.9)] {
            let samples = (0..<4_000).map { Int16(2_000 * sin(step * Double($0))) }
            try folder.write(SoundFile.wave(samples), to: "noises/deep/\(name).wav")
        }
        let arguments =
            ["train"] + Self.small + ["--noise", "noises", "--reverberation", "generated", "--max-steps", "2"]
        func loss(_ run: String) throws -> Substring? {
            try folder.contents(of: "\(run)/metrics.jsonl").split(separator: "\n").first
        }
        for name in ["first", "second"] {
            let run = try speech(arguments + ["--output", name])
            #expect(run.status == 0, "\(run.errors)")
        }
        let plain = try speech(["train"] + Self.small + ["--max-steps", "2", "--output", "plain"])
        #expect(plain.status == 0, "\(plain.errors)")
        #expect(try loss("first") == loss("second") && loss("first") != loss("plain"))
        let description = try folder.contents(of: "first/run.json")
        #expect(description.contains("\"reverberation\"") && description.contains("generated"))
        try folder.write(SoundFile.tone(seconds: 1), to: "noises/deep/hum.wav")
        let changed = try speech(["train", "--resume", "first", "--max-steps", "3"])
        #expect(changed.status == 1 && changed.errors.contains("is not what the run was trained on"))
        for (option, text) in [("--noise", "nowhere: no such file"), ("--reverberation", "nowhere: no such file")] {
            let run = try speech(["train"] + Self.small + [option, "nowhere", "--output", "x"])
            #expect(run.status == 1 && run.errors.contains(text), "\(run.errors)")
        }
        try folder.write("no sound", to: "texts/a.txt")
        let texts = try speech(["train"] + Self.small + ["--noise", "texts", "--output", "x"])
        #expect(texts.status == 1 && texts.errors.contains("texts: holds no sound files"), "\(texts.errors)")
        #expect(!folder.exists("x"))
    }

    @Test func aTrialWritesNothing() throws {
        let run = try speech(["train"] + Self.small + ["--max-steps", "10", "--dry-run"])
        #expect(run.status == 0, "\(run.errors)")
        for word in ["parameters: ", "loss: ", "frames: ", "memory: "] {
            #expect(run.output.contains(word), "\(run.output)")
        }
        #expect(try folder.names == ["tones"])
    }

    /// A model that hears in chunks says so in its files.
    @Test func modelsForStreamsSaySo() throws {
        let run = try speech(["train"] + Self.small + ["--max-steps", "3", "--chunk", "0.64", "--output", "run"])
        #expect(run.status == 0, "\(run.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(folder.bytes("run/last/config.json")))
        let streaming = (json as? [String: Any])?["streaming"] as? [String: Int]
        #expect(streaming == ["chunk_size": 16, "num_left_chunks": 4])
        #expect(try folder.contents(of: "run/last/preprocessor_config.json").contains("\"log_mel_floor\" : -7.0"))
        #expect(try folder.contents(of: "run/run.json").contains("\"chunk\" : 0.64"))
        let heard = try speech(["transcribe", "--model", "run/last", "tones/hi_bob_7.wav"])
        #expect(heard.status == 0, "\(heard.errors)")
        // Without the floor a stream would be heard otherwise than it was learnt.
        try folder.write("{}", to: "run/last/preprocessor_config.json")
        let damaged = try speech(["transcribe", "--model", "run/last", "tones/hi_bob_7.wav"])
        #expect(damaged.status == 1 && damaged.errors.contains("log_mel_floor is missing"), "\(damaged.errors)")
    }

    @Test func whatIsMissingIsTold() throws {
        let cases: [([String], String)] = [
            (["train", "--output", "x"], "--data is missing"), (["train", "--data", "tones"], "--output is missing"),
            (["train", "--data", "nowhere", "--output", "x"], "nowhere"),
            (["train", "--data", "tones", "--preset", "huge", "--output", "x"], "known are 1m, 4m, 13m"),
            (
                ["train", "--data", "tones", "--validation-speakers", "eve", "--output", "x"],
                "nobody is called 'eve'; speakers are 'ann', 'bob'"
            ),
            (["train", "--data", "tones", "--chunk", "0.01", "--output", "x"], "--chunk 0.01 is not possible"),
            (["train", "--data", "tones", "--left-context", "1", "--output", "x"], "--left-context needs --chunk"),
            (["train", "--data", "tones", "--pieces", "5", "--output", "x"], "--pieces 5 is not possible"),
            (["train", "--data", "tones", "--intermediate", "9", "--output", "x"], "intermediate_ctc_layers"),
        ]
        for (arguments, text) in cases {
            let run = try speech(arguments)
            #expect(run.status != 0 && run.errors.contains(text), "\(arguments): \(run.errors)")
        }
        #expect(!folder.exists("x"))
    }
}
