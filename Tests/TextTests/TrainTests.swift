import Foundation
import TestKit
import Testing

/// `text train` as a user runs it.
@Suite struct TrainTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.corpus, to: "corpus.txt")
    }

    /// Sentences with something to learn in them.
    static let corpus: String = {
        let (subjects, verbs, objects) = (
            ["the king", "a servant", "my lord", "the fool", "her sister"], ["sees", "loves", "forgets", "calls"],
            ["the sea", "a crown", "his horse", "the morning", "nothing at all", "an old song"]
        )
        var text = ""
        var state: UInt64 = 5
        func next(_ words: [String]) -> String {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return words[Int(state >> 33) % words.count]
        }
        for _ in 0..<1500 { text += "\(next(subjects)) \(next(verbs)) \(next(objects)).\n" }
        return text
    }()

    /// A small model on short blocks, with a checkpoint every few steps.
    static let small = [
        "--data", "corpus.txt", "--preset", "1m", "--tokenizer", "bytes", "--context", "24", "--batch-size", "2",
        "--evaluate-every", "20", "--evaluation-batches", "2", "--save-every", "4", "--dropout", "0.1",
    ]

    private func text(_ arguments: [String], timeLimit: Double = 300) throws -> ProgramRun {
        try ProgramRun("text", arguments, in: folder.url, timeLimit: timeLimit)
    }

    private func weights(_ run: String) throws -> [UInt8] { try folder.bytes("\(run)/last/model.safetensors") }

    @Test func trainsAndTheRunIsAModel() throws {
        let run = try text(
            [
                "train", "--data", "corpus.txt", "--preset", "1m", "--vocabulary", "300", "--context", "32",
                "--batch-size", "4", "--max-steps", "60", "--evaluate-every", "30", "--output", "run",
            ])
        #expect(run.status == 0 && run.output == "", "\(run.errors)")
        #expect(run.errors.contains("validation loss") && run.errors.contains("bits per byte"))
        #expect(run.errors.contains("done after 60 steps"))
        let lines = try folder.contents(of: "run/metrics.jsonl").split(separator: "\n")
        #expect(lines.count == 62)
        for name in ["curve.png", "curve.svg", "metrics.csv", "best/tokenizer.json", "best/config.json"] {
            #expect(folder.exists("run/\(name)"), "\(name)")
        }
        // What the run says about itself repeats it.
        let again = try text(["train", "--config", "run/run.json", "--output", "again"])
        #expect(again.status == 0, "\(again.errors)")
        #expect(try weights("again") == weights("run"))
        let generated = try text(["generate", "--model", "run", "--seed", "1", "--max-tokens", "8", "the king"])
        #expect(generated.status == 0 && !generated.output.isEmpty, "\(generated.errors)")
    }

    /// The batches that are written for another implementation are those of the run, small last ones of a pass, too.
    @Test func exportedBatchesAreThoseOfAllSteps() throws {
        try folder.write(String(Self.corpus.prefix(2000)), to: "short.txt")
        let run = try text(
            [
                "train", "--data", "short.txt", "--preset", "1m", "--tokenizer", "bytes", "--context", "24",
                "--batch-size", "7", "--max-steps", "30", "--evaluate-every", "30", "--output", "run", "--export",
                "batches",
            ])
        #expect(run.status == 0, "\(run.errors)")
        let bytes = try folder.bytes("batches/batches.safetensors")
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any])
        func values(_ name: String) throws -> [Int32] {
            let entry = try #require(header[name] as? [String: Any])
            #expect(entry["shape"] as? [Int] == [30, 7, 24])
            let offsets = try #require(entry["data_offsets"] as? [Int])
            return bytes[8 + length + offsets[0]..<8 + length + offsets[1]].withUnsafeBytes { raw in
                (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
            }
        }
        let (tokens, targets) = (try values("tokens"), try values("targets"))
        var sizes: [Int] = []
        for batch in 0..<30 {
            let rows = (0..<7).map { batch * 7 + $0 }.filter { targets[$0 * 24] >= 0 }
            sizes.append(rows.count)
            for row in rows {
                #expect(tokens[row * 24 + 1..<row * 24 + 24] == targets[row * 24..<row * 24 + 23])
            }
        }
        #expect(targets.count { $0 >= 0 } == sizes.reduce(0, +) * 24)
        let small = sizes.filter { $0 < 7 }
        #expect(!small.isEmpty && small.allSatisfy { $0 > 0 } && small.count < 15, "\(sizes)")
    }

    @Test func aTrialWritesNothing() throws {
        let run = try text(["train"] + Self.small + ["--dry-run"])
        #expect(run.status == 0, "\(run.errors)")
        for word in ["parameters: ", "loss: ", "tokens: 48 a step", "memory: "] { #expect(run.output.contains(word)) }
        #expect(try folder.names == ["corpus.txt"])
    }

    /// Killed ten times at random moments and resumed each time, with another number of threads, the run ends with the
    /// bits of one that nobody disturbed.
    @Test(.timeLimit(.minutes(10)))
    func killedAndResumedItEndsWithTheSameBits() throws {
        let steps = ["--max-steps", "100"]
        var run = try text(["train"] + Self.small + steps + ["--threads", "1", "--output", "one"])
        #expect(run.status == 0, "\(run.errors)")
        run = try text(["train"] + Self.small + steps + ["--threads", "2", "--output", "two"])
        #expect(try weights("two") == weights("one"))

        let kills = try folder.train(
            ["train"] + Self.small + steps, in: "killed", threads: 2, steps: 100, killed: 10)
        #expect(kills >= 5)
        run = try text(["train", "--resume", "killed", "--threads", "1"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try weights("killed") == weights("one"))
        #expect(try folder.contents(of: "killed/metrics.jsonl") == folder.contents(of: "one/metrics.jsonl"))
        #expect(try folder.bytes("killed/best/model.safetensors") == folder.bytes("one/best/model.safetensors"))
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func aSignalSavesAndTellsHowToGoOn(signal: Int32, status: Int32) throws {
        let errors = Pipe()
        let process = Process()
        process.executableURL = ProgramRun.program("text")
        process.currentDirectoryURL = folder.url
        process.standardError = errors
        process.arguments = ["train"] + Self.small + ["--max-steps", "100000", "--output", "run"]
        try process.run()
        defer { kill(process.processIdentifier, SIGKILL) }
        let deadline = ContinuousClock.now + .seconds(120)
        while ((try? folder.bytes("run/metrics.jsonl")) ?? []).count < 500 {
            try #require(ContinuousClock.now < deadline && process.isRunning)
            usleep(20_000)
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        let message = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(process.terminationReason == .exit && process.terminationStatus == status)
        #expect(message.contains("go on with: text train --resume run"))
        let last = try folder.contents(of: "run/metrics.jsonl").split(separator: "\n").last ?? ""
        let state = try folder.contents(of: "run/last/training_state.json")
        let step = try #require(last.firstMatch(of: /"step":(\d+),/)).1
        #expect(state.contains("\"step\" : \(step)"))
        let resumed = try text(["train", "--resume", "run", "--max-steps", "\((Int(step) ?? 0) + 3)"])
        #expect(resumed.status == 0 && resumed.errors.contains("going on after step \(step)"), "\(resumed.errors)")
    }

    @Test func wrongUseAndBadDataAreExplained() throws {
        try folder.write("", to: "empty.txt")
        try folder.write("too short", to: "short.txt")
        try folder.write([0x61, 0xFF, 0xFE, 0x0A], to: "bytes.txt")
        func failure(_ arguments: String...) throws -> String {
            let run = try text(["train"] + arguments)
            #expect(run.status == 1 || run.status == 64, "\(arguments): \(run.status)")
            #expect(run.output == "")
            return run.errors
        }
        #expect(try failure("--output", "x").contains("--data is missing"))
        #expect(try failure("--data", "corpus.txt").contains("--output is missing"))
        #expect(try failure("--data", "empty.txt", "--output", "x").contains("there is no text in it"))
        #expect(
            try failure("--data", "short.txt", "--tokenizer", "bytes", "--output", "x").contains(
                "fewer than one block of training"))
        #expect(try failure("--data", "bytes.txt", "--output", "x").contains("bytes.txt:1: not valid UTF-8 text"))
        #expect(try failure("--data", "corpus.txt", "--preset", "7m", "--output", "x").contains("known are 1m, 5m"))
        #expect(try failure("--resume", "none").contains("not a training run"))
        #expect(
            try failure("--data", "corpus.txt", "--learning-rate", "-1", "--output", "x").contains("--learning-rate"))
        #expect(try folder.names == ["bytes.txt", "corpus.txt", "empty.txt", "short.txt"])
    }
}
