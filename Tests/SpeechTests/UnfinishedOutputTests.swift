import Audio
import Foundation
import TestKit
import Testing

/// What is left when a transcription does not reach its end: nothing half-written under the name of a result, and
/// nothing lost of what was transcribed.
@Suite(.needsModel("whisper-tiny.en")) struct UnfinishedOutputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A minute of speech, more than a window of it; nothing is said twice within a window.
    private func speech() throws -> Data {
        let names = [
            "asterisk-tt-allbusy", "librispeech-226-122538-0023", "librispeech-3664-178355-0019",
            "librispeech-5789-70653-0019",
        ]
        let samples = try names.flatMap { name in
            let path = Repository.file("Assets/Samples/\(name).flac").path
            let audio = try AudioStream(opening: .file(path), sampleRate: 16_000)
            return try audio.read(count: 480_000).map { Int16(max(-1, min(1, $0)) * 32_767) }
        }
        return SoundFile.wave(samples + samples)
    }

    private func partFileSize() -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path("out"))) ?? []
        let sizes = names.filter { $0.hasSuffix(".part") }.map { name in
            (try? FileManager.default.attributesOfItem(atPath: folder.path("out/\(name)"))[.size] as? Int) ?? 0
        }
        return sizes.max() ?? 0
    }

    /// The recording comes through a pipe that stays open: the program waits there for more.
    @Test func afterAnInterruptionTheTextSoFarIsKept() throws {
        try folder.write("an earlier one", to: "out/stdin.srt")
        let (input, errors) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = ProgramRun.program("speech")
        process.arguments = [
            "transcribe", "-", "--format", "srt,json,text", "--output", "out/", "--temperature", "0", "--no-vad",
        ]
        process.currentDirectoryURL = folder.url
        process.standardInput = input
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer { kill(process.processIdentifier, SIGKILL) }
        let sound = try speech()
        // A pipe holds less than this; somebody has to fill it while the program reads, and notice when it has gone.
        signal(SIGPIPE, SIG_IGN)
        Thread.detachNewThread { try? input.fileHandleForWriting.write(contentsOf: sound) }
        let deadline = ContinuousClock.now + .seconds(90)
        while partFileSize() < 200 {
            try #require(ContinuousClock.now < deadline && process.isRunning)
            usleep(20_000)
        }
        kill(process.processIdentifier, SIGINT)
        try errors.fileHandleForWriting.close()
        let message = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 130)
        #expect(
            message.contains("kept in out/stdin.partial.srt, out/stdin.partial.json, out/stdin.partial.txt"),
            "\(message)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted()
                == ["stdin.partial.json", "stdin.partial.srt", "stdin.partial.txt", "stdin.srt"])
        #expect(try folder.contents(of: "out/stdin.srt") == "an earlier one")
        let text = try folder.contents(of: "out/stdin.partial.txt")
        #expect(text.contains("representatives") && text.hasSuffix("\n"))
        #expect(try folder.contents(of: "out/stdin.partial.srt").hasPrefix("1\n00:00:00,"))
        let json = try JSONSerialization.jsonObject(with: Data(folder.contents(of: "out/stdin.partial.json").utf8))
        let fields = try #require(json as? [String: Any])
        #expect(fields["partial"] as? Bool == true && (fields["text"] as? String)?.isEmpty == false)
    }

    /// A limit on the size of files stands for a disk that has room for some segments but not for all.
    @Test func whereNoRoomIsLeftTheFileIsNamedAndTheRestIsKept() throws {
        try folder.write(try speech(), to: "talk.wav")
        let run = try ProgramRun(
            URL(fileURLWithPath: "/bin/sh"),
            [
                "-c", "ulimit -f 1; exec \"$0\" transcribe talk.wav --format srt,tsv --output out/ --temperature 0",
                ProgramRun.program("speech").path,
            ], in: folder.url)
        #expect(run.status == 1)
        #expect(run.errorLines.count == 2, "\(run.errors)")
        #expect(run.errors.contains("cannot write out/talk.srt: file too large"), "\(run.errors)")
        #expect(run.errors.contains("kept in out/talk.partial.srt"), "\(run.errors)")
        #expect(!folder.exists("out/talk.srt") && !folder.exists("out/talk.tsv"))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
        #expect(names.allSatisfy { $0.hasPrefix("talk.partial.") }, "\(names)")
        // Whole segments only.
        #expect(try folder.contents(of: "out/talk.partial.srt").hasSuffix("\n\n"))
    }

    @Test func aFullDeviceIsNamed() throws {
        try folder.write(try speech().prefix(400_000), to: "talk.wav")
        for format in ["srt", "json"] {
            let run = try ProgramRun(
                "speech", ["transcribe", "talk.wav", "--format", format, "--output", "/dev/full"], in: folder.url)
            #expect(run.status == 1)
            #expect(
                run.errorLines.filter { $0.contains("cannot write /dev/full: no space left") }.count == 1,
                "\(run.errors)")
        }
    }
}

/// Several inputs at once, and several programs.
@Suite struct ConcurrencyTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for number in 1...5 {
            try folder.write(SoundFile.tone(seconds: Double(7 - number)), to: "in/\(number).wav")
        }
    }

    @Test func jobsGiveTheSameInTheSameOrder() throws {
        try folder.write("no sound", to: "in/3.wav")
        let runs = try ["1", "2", "auto", "9"].map {
            try folder.speech("transcribe", "in", "--no-vad", "--jobs", $0, "--threads", "3")
        }
        #expect(runs[0].output.contains("in/1.wav:\n") && runs[0].output.contains("\nin/5.wav:\n"))
        for run in runs {
            #expect(run.status == 1)
            #expect(run.output == runs[0].output)
            #expect(
                run.errorLines.count == 2 && run.errors.hasSuffix("speech: 4 of 5 transcribed, 1 failed\n"),
                "\(run.errors)")
        }
    }

    @Test func programsThatWriteOneFolderDoNotDisturbEachOther() throws {
        let processes = try (0..<3).map { _ in
            let process = Process()
            process.executableURL = ProgramRun.program("speech")
            process.arguments = [
                "transcribe", "in", "--format", "srt,json", "--output", "out", "--model",
                TemporaryFolder.randomModel.path, "--quiet", "--jobs", "2",
            ]
            process.currentDirectoryURL = folder.url
            try process.run()
            return process
        }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted()
                == (1...5).flatMap { ["\($0).json", "\($0).srt"] })
        for number in 1...5 {
            let json = try JSONSerialization.jsonObject(with: Data(folder.contents(of: "out/\(number).json").utf8))
            #expect((json as? [String: Any])?["file"] as? String == "in/\(number).wav")
        }
    }
}
