import Evaluation
import Foundation
import TestKit
import Testing

/// `speech transcribe --stream` as a user runs it, with a small model that hears tones in chunks of 0.32 s.
@Suite struct StreamTests {
    private let folder: TemporaryFolder
    private let tones: Tones

    init() throws {
        folder = try TemporaryFolder()
        var tones = Tones("lo hi hi")
        tones.pause(1.2)
        for word in ["hi", "lo"] { tones.append(word) }
        tones.pause(1.2)
        tones.append("lo")
        self.tones = tones
    }

    private func stream(_ input: Data?, _ arguments: String..., model: String = Tones.streamingModel) throws
        -> ProgramRun
    {
        try ProgramRun(
            "speech", ["transcribe", "--stream", "--model", model, "-"] + arguments, input: input, in: folder.url)
    }

    /// Runs the program with a pipe that is written piece by piece.
    private func piped(
        _ data: Data, pieces: Int, pause: Double = 0, _ arguments: [String] = [], closing: Bool = true,
        meanwhile: (Process, FileHandle) throws -> Void = { _, _ in }
    ) throws -> (output: String, errors: String, status: Int32) {
        let process = Process()
        process.executableURL = ProgramRun.program("speech")
        process.arguments = ["transcribe", "--stream", "--model", Tones.streamingModel, "-"] + arguments
        process.currentDirectoryURL = folder.url
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        signal(SIGPIPE, SIG_IGN)
        try process.run()
        try output.fileHandleForWriting.close()
        try errors.fileHandleForWriting.close()
        try input.fileHandleForReading.close()
        let writing = input.fileHandleForWriting
        Thread.detachNewThread {
            for start in stride(from: 0, to: data.count, by: pieces) {
                guard (try? writing.write(contentsOf: data[start..<min(data.count, start + pieces)])) != nil else {
                    return
                }
                if pause > 0 { Thread.sleep(forTimeInterval: pause) }
            }
            if closing { try? writing.close() }
        }
        try meanwhile(process, output.fileHandleForReading)
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let messages = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (text, messages, process.terminationStatus)
    }

    private let lines = "lo hi hi\nhi lo\nlo\n"

    @Test func linesEndWithPauses() throws {
        let run = try stream(tones.raw)
        #expect(run.status == 0 && run.output == lines && run.errors.isEmpty, "\(run.output)\(run.errors)")
        try folder.write(tones.wave, to: "talk.wav")
        let file = try ProgramRun(
            "speech", ["transcribe", "--stream", "--model", Tones.streamingModel, "talk.wav"], in: folder.url)
        #expect(file.output == lines, "\(file.errors)")
        // Pauses of 0.3 s end lines, too, where that is asked for.
        let short = try stream(tones.raw, "--pause", "0.2")
        #expect(short.output.split(separator: "\n").count == 6, "\(short.output)")
        try folder.write("talk.wav\tlo hi hi hi lo lo\n", to: "list.tsv")
        let judged = try ProgramRun(
            "speech", ["evaluate", "list.tsv", "--stream", "--model", Tones.streamingModel, "--format", "json"],
            in: folder.url)
        let report = try EvaluationReport(json: Data(judged.output.utf8))
        #expect(report.figures.first?.value == 0 && report.settings["stream"] == true, "\(judged.errors)")
        // A whole recording is heard by the same model.
        let whole = try ProgramRun(
            "speech", ["transcribe", "--model", Tones.streamingModel, "talk.wav", "--no-vad"], in: folder.url)
        #expect(whole.output == lines, "\(whole.output)")
    }

    @Test(arguments: [1, 333, 5_000, 1 << 20]) func piecesOfAnySizeGiveTheSame(pieces: Int) throws {
        let data = pieces == 1 ? tones.raw.prefix(40_000) : tones.raw
        let expected = try stream(data, "--format", "jsonl")
        let run = try piped(Data(data), pieces: pieces, ["--format", "jsonl"])
        #expect(run.status == 0 && run.output == expected.output && !run.output.isEmpty, "\(run.errors)")
    }

    @Test func eventsSayWhatIsFinal() throws {
        let run = try stream(tones.raw, "--format", "jsonl", "--word-timestamps", "--verbose")
        let events = try run.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let finals = events.filter { $0["type"] as? String == "final" }
        #expect(finals.compactMap { $0["text"] as? String }.joined(separator: "\n") + "\n" == lines)
        #expect(events.contains { $0["type"] as? String == "partial" && $0["text"] as? String == "lo hi" })
        // A partial text is followed by one that takes its place, or by the line.
        #expect(events.last?["type"] as? String == "final")
        let words = finals.flatMap { $0["words"] as? [[String: Any]] ?? [] }
        #expect(words.count == tones.words.count)
        for (word, tone) in zip(words, tones.words) {
            let start = try #require(word["start"] as? Double)
            #expect(abs(start - tone.start - 0.08) < 0.12, "\(word) \(tone)")
        }
        #expect(
            run.errors.contains("heard in chunks of 0.32 s") && run.errors.contains("of real time; text follows"),
            "\(run.errors)")
    }

    @Test func everyFormMayBeStreamed() throws {
        let run = try stream(tones.raw, "--format", "srt,json,tsv,jsonl", "--output", "out")
        #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
        #expect(try folder.contents(of: "out.srt").contains("\nhi lo\n"))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.bytes("out.json"))) as? [String: Any])
        #expect(json["text"] as? String == "lo hi hi hi lo lo" && json["partial"] == nil)
        #expect(try folder.contents(of: "out.jsonl").split(separator: "\n").count == 3)
    }

    @Test func samplesAndHeadersMayBeBroken() throws {
        let odd = try stream(tones.raw + [1])
        #expect(odd.status == 0 && odd.output == lines)
        #expect(odd.errors.contains("within a sample, which is left out"), "\(odd.errors)")
        for length in [UInt32.max, 0, 0x7FFF_FFFF] {
            var wave = tones.wave
            for offset in [4, 40] {
                wave.replaceSubrange(offset..<offset + 4, with: withUnsafeBytes(of: length.littleEndian) { Data($0) })
            }
            let run = try stream(wave)
            #expect(run.status == 0 && run.output == lines && run.errors.isEmpty, "\(run.errors)")
        }
        // Half the rate and half the samples.
        let half = tones.samples.indices.filter { $0.isMultiple(of: 2) }.map { tones.samples[$0] }
        let slow = try stream(half.withUnsafeBytes { Data($0) }, "--rate", "8000")
        #expect(slow.output == lines, "\(slow.errors)")
    }

    /// A line is out as soon as it is done, while the pipe goes on; Ctrl-C then writes what there is.
    @Test func interruptedItWritesWhatIsThere() throws {
        let upToSecond = Data(tones.raw.prefix(2 * Int((tones.words[4].end + 0.2) * 16_000)))
        var first = ""
        let run = try piped(upToSecond, pieces: 3_200, closing: false) { process, output in
            while !first.hasSuffix("\n") {
                guard let byte = try output.read(upToCount: 1), !byte.isEmpty else { break }
                first += String(decoding: byte, as: UTF8.self)
            }
            Thread.sleep(forTimeInterval: 1)
            kill(process.processIdentifier, SIGINT)
        }
        #expect(first == "lo hi hi\n" && run.output == "hi lo\n" && run.status == 130, "\(first)\(run)")
    }

    @Test func whereNobodyReadsItEndsQuietly() throws {
        try folder.write(tones.raw, to: "tones.raw")
        let run = try ProgramRun(
            URL(fileURLWithPath: "/bin/sh"),
            [
                "-c", "cat tones.raw | { \"$0\" transcribe --stream --model \"$1\" -; echo $? > status; } | true",
                ProgramRun.program("speech").path, Tones.streamingModel,
            ], in: folder.url)
        #expect(run.errors.isEmpty, "\(run.errors)")
        #expect(try folder.contents(of: "status") == "141\n")
    }

    @Test func wrongUsageIsTold() throws {
        let cases: [([String], Data?, Int32, String)] = [
            (["--stream", "a.wav", "b.wav"], nil, 64, "--stream hears one thing at a time"),
            (["--rate", "8000", "a.wav"], nil, 64, "--rate and --pause are for --stream"),
            (["--stream", "-", "--pause", "0"], nil, 64, "--pause 0.0 is not possible"),
            (["--stream", "-", "--no-vad"], nil, 64, "leave --no-vad out"),
            (["--stream", "missing.wav"], nil, 1, "missing.wav: no such file"),
            (["--stream", "-"], Data(), 1, "standard input: the file is empty"),
            (["--stream", "-"], Data("fLaC, not a stream".utf8), 1, "a stream is raw samples or WAV"),
            (["--stream", "-"], SoundFile.wave([Int16]()), 1, "standard input: holds no sound at all"),
        ]
        for name in ["a.wav", "b.wav"] { try folder.write(tones.wave, to: name) }
        for (arguments, input, status, text) in cases {
            let run = try ProgramRun(
                "speech", ["transcribe", "--model", Tones.streamingModel] + arguments, input: input, in: folder.url)
            #expect(run.status == status && run.errors.contains(text), "\(arguments): \(run.errors)")
        }
    }

    /// A model that hears whole lines is heard by windows.
    @Test(.needsModel("whisper-tiny.en")) func whisperHearsLines() throws {
        let sample = Repository.file("Assets/Samples/asterisk-tt-allbusy.flac").path
        let run = try ProgramRun(
            "speech",
            ["transcribe", "--stream", sample, "--model", "whisper-tiny.en", "--format", "jsonl", "--verbose"],
            in: folder.url)
        #expect(run.status == 0 && run.errors.contains("by windows"), "\(run.errors)")
        #expect(run.output.contains("\"type\":\"partial\""))
        let finals = run.output.split(separator: "\n").filter { $0.contains("\"final\"") }.joined()
        #expect(finals.contains("telemarketers") && finals.contains("in the order it was received"), "\(run.output)")
    }
}
