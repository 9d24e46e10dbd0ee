import Foundation
import TestKit
import Testing

/// The forms of a transcript, alone and together, through the program.
@Suite struct FormatTests {
    private static let endings = [
        "text": "txt", "srt": "srt", "vtt": "vtt", "tsv": "tsv", "json": "json", "lrc": "lrc",
        "textgrid": "TextGrid",
    ]

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(SoundFile.tone(seconds: 5), to: "talk.wav")
        try folder.write(SoundFile.tone(seconds: 3), to: "in/sub/other.wav")
    }

    /// What the program prints and what it writes are the same, but for JSON, which is a line on standard output.
    @Test(arguments: endings.keys.sorted())
    func eachFormAlone(format: String) throws {
        let printed = try folder.speech("transcribe", "talk.wav", "--format", format, "--no-vad")
        #expect(printed.status == 0 && printed.errors.isEmpty, "\(printed.errors)")
        let ending = try #require(Self.endings[format])
        let byEnding = try folder.speech("transcribe", "talk.wav", "--output", "x.\(ending)", "--no-vad")
        #expect(byEnding.status == 0 && byEnding.output.isEmpty && byEnding.errors.isEmpty, "\(byEnding.errors)")
        let written = try folder.contents(of: "x.\(ending)")
        if format == "json" {
            #expect(printed.output.count { $0 == "\n" } == 1)
            let texts = try [printed.output, written].map { text in
                try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])["text"]
                    as? String
            }
            #expect(texts[0] == texts[1])
        } else {
            #expect(printed.output == written)
        }
        #expect(try folder.names == ["in", "talk.wav", "x.\(ending)"])
    }

    @Test func allFormsAtOnce() throws {
        let run = try folder.speech(
            "transcribe", "talk.wav", "in", "--format", "text,srt,vtt,tsv,json,lrc,textgrid", "--output", "out",
            "--quiet")
        #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
        let endings = Self.endings.values.sorted()
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path("out"))
        #expect(
            Set(names) == Set(["sub"] + endings.map { "talk.\($0)" } + endings.map { "sub/other.\($0)" }))
        #expect(try folder.contents(of: "out/talk.vtt").hasPrefix("WEBVTT\n\n"))
        #expect(try folder.contents(of: "out/sub/other.tsv").hasPrefix("start\tend\ttext\n"))
        let again = try folder.speech("transcribe", "talk.wav", "--format", "srt,vtt", "--output", "stem.srt")
        #expect(again.status == 0, "\(again.errors)")
        #expect(folder.exists("stem.srt") && folder.exists("stem.vtt"))
    }

    @Test func whatIsThereIsSkipped() throws {
        let arguments = ["in", "talk.wav", "--format", "srt,tsv", "--output", "out", "--skip-existing"]
        func run() throws -> ProgramRun {
            try ProgramRun(
                "speech", ["transcribe", "--model", TemporaryFolder.randomModel.path] + arguments, in: folder.url)
        }
        #expect(try run().errors == "speech: 2 of 2 transcribed\n")
        try folder.write("edited by hand", to: "out/talk.srt")
        #expect(try run().errors == "speech: 0 of 2 transcribed, 2 skipped\n")
        #expect(try folder.contents(of: "out/talk.srt") == "edited by hand")
        try FileManager.default.removeItem(atPath: folder.path("out/talk.tsv"))
        let third = try run()
        #expect(third.status == 0 && third.errors == "speech: 1 of 2 transcribed, 1 skipped\n")
        #expect(try folder.contents(of: "out/talk.srt") != "edited by hand")
    }

    /// As `ffmpeg … -f wav -` writes it: the lengths are not known when the header is written.
    @Test(arguments: [UInt32.max, 0], ["srt", "json", "lrc"])
    func aPipeWithoutALengthGivesTheSame(length: UInt32, format: String) throws {
        var wave = SoundFile.tone(seconds: 5)
        for offset in [4, 40] {
            wave.replaceSubrange(offset..<offset + 4, with: withUnsafeBytes(of: length.littleEndian) { Data($0) })
        }
        let model = ["--model", TemporaryFolder.randomModel.path, "--no-vad"]
        let piped = try ProgramRun(
            "speech", ["transcribe", "-", "--output", "piped.\(format)"] + model, input: wave, in: folder.url)
        #expect(piped.status == 0 && piped.errors.isEmpty, "\(piped.errors)")
        let read = try ProgramRun(
            "speech", ["transcribe", "talk.wav", "--output", "read.\(format)"] + model, in: folder.url)
        #expect(read.status == 0)
        func lines(_ name: String) throws -> [Substring] {
            try folder.contents(of: name).split(separator: "\n").filter {
                !$0.contains("\"timings\"") && !$0.contains("\"file\"")
            }
        }
        #expect(try lines("piped.\(format)") == lines("read.\(format)"))
    }

    @Test(.needsModel("whisper-tiny.en"))
    func speechHasSegmentsInEveryForm() throws {
        let sample = Repository.file("Assets/Samples/asterisk-tt-allbusy.flac").path
        let run = try ProgramRun(
            "speech",
            [
                "transcribe", sample, "--format", "text,srt,vtt,tsv,json,lrc,textgrid", "--output", "out/",
                "--temperature", "0",
            ],
            in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let text = try folder.contents(of: "out/asterisk-tt-allbusy.txt")
        let phrases = text.split(separator: "\n").map(String.init)
        #expect(phrases.count >= 2)
        for ending in Self.endings.values {
            let contents = try folder.contents(of: "out/asterisk-tt-allbusy.\(ending)")
            for phrase in phrases { #expect(contents.contains(phrase), "\(ending)") }
        }
    }
}
