import Foundation
import TestKit
import Testing

/// `speech align` as a user runs it, with a small model that spells tones.
@Suite struct AlignTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func align(_ arguments: String..., input: Data? = nil) throws -> ProgramRun {
        try ProgramRun("speech", ["align", "--model", Tones.model] + arguments, input: input, in: folder.url)
    }

    /// Rows of start, end, text and confidence, in seconds.
    private func rows(_ table: String) throws -> [(start: Double, end: Double, text: String, confidence: Double)] {
        let lines = table.split(separator: "\n")
        #expect(lines.first == "start\tend\ttext\tconfidence")
        return try lines.dropFirst().map { line in
            let fields = line.split(separator: "\t").map(String.init)
            try #require(fields.count == 4)
            return (
                try #require(Double(fields[0])) / 1000, try #require(Double(fields[1])) / 1000, fields[2],
                try #require(Double(fields[3]))
            )
        }
    }

    private func expect(
        _ rows: [(start: Double, end: Double, text: String, confidence: Double)], are words: [Tones.Word]
    ) {
        #expect(rows.count == words.count)
        for (row, word) in zip(rows, words) {
            #expect(abs(row.start - word.start - 0.08) < 0.1 && abs(row.end - word.start - 0.2) < 0.1, "\(row) \(word)")
            #expect(row.confidence > 0.5, "\(row)")
        }
    }

    @Test func eachWordHasItsTime() throws {
        let tones = Tones("lo hi hi lo")
        try folder.write(tones.wave, to: "talk.wav")
        let run = try align("talk.wav", "--text", "Lo, hi – hi! LO", "--words")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let found = try rows(run.output)
        #expect(found.map(\.text) == ["Lo,", "hi –", "hi!", "LO"])
        expect(found, are: tones.words)
        let piped = try align("-", "--text", "Lo, hi – hi! LO", "--words", input: tones.wave)
        #expect(piped.output == run.output)
    }

    @Test func linesAreSegmentsInEveryForm() throws {
        let tones = Tones("lo hi hi lo")
        try folder.write(tones.wave, to: "talk.wav")
        try folder.write("\u{FEFF}Lo hi.\r\n\r\nHi \"lo\"!\r\n", to: "talk.txt")
        let run = try align(
            "talk.wav", "--text-file", "talk.txt", "--format", "tsv,srt,vtt,lrc,json,textgrid", "--output", "out/")
        #expect(run.status == 0 && run.output.isEmpty && run.errors.isEmpty, "\(run.errors)")
        let found = try rows(folder.contents(of: "out/talk.tsv"))
        #expect(found.map(\.text) == ["Lo hi.", "Hi \"lo\"!"])
        #expect(found[0].start < tones.words[0].end && found[0].end > tones.words[1].start)
        #expect(try folder.contents(of: "out/talk.srt").contains("\nHi \"lo\"!\n"))
        #expect(try folder.contents(of: "out/talk.vtt").hasPrefix("WEBVTT\n"))
        #expect(try folder.contents(of: "out/talk.lrc").count { $0 == "\n" } == 2)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(folder.bytes("out/talk.json"))) as? [String: Any])
        #expect(json["task"] as? String == "align" && (json["words"] as? [Any])?.count == 4)
        let grid = try folder.contents(of: "out/talk.TextGrid")
        #expect(grid.contains("text = \"Hi \"\"lo\"\"!\"") && grid.contains("name = \"words\""), "\(grid)")
        let byEnding = try align("talk.wav", "--text-file", "talk.txt", "--output", "x.textgrid")
        #expect(byEnding.status == 0)
        #expect(try folder.contents(of: "x.textgrid") == grid)
    }

    /// Several windows, aligned in one go.
    @Test func recordingsMayBeLongerThanAWindow() throws {
        var tones = Tones()
        for index in 0..<130 { tones.append(index % 3 == 0 ? "lo" : "hi", pause: 0.2 + 0.05 * Double(index % 7)) }
        try folder.write(tones.wave, to: "long.wav")
        let run = try align("long.wav", "--text", tones.text, "--words")
        #expect(run.status == 0, "\(run.errors)")
        expect(try rows(run.output), are: tones.words)
    }

    @Test func listsGiveAFileForEachRecording() throws {
        try folder.write(Tones("lo hi").wave, to: "in/a.wav")
        try folder.write(Tones("hi").wave, to: "in/b.wav")
        try folder.write("in/a.wav\tlo hi\nin/b.wav\thi\nin/none.wav\tlo\nno tab\n", to: "list.tsv")
        let run = try align("list.tsv", "--output", "out", "--words")
        #expect(run.status == 1 && run.errors.contains("speech: 2 of 4 aligned, 2 failed"), "\(run.errors)")
        #expect(run.errors.contains("in/none.wav: no such file") && run.errors.contains("list.tsv:4"), "\(run.errors)")
        #expect(try rows(folder.contents(of: "out/in/a.tsv")).map(\.text) == ["lo", "hi"])
        #expect(folder.exists("out/in/b.tsv"))
        let lines = try align("list.tsv", "--format", "json")
        #expect(lines.output.count { $0 == "\n" } == 2)
        let refused = try align("list.tsv")
        #expect(refused.status == 64 && refused.errors.contains("needs --output FOLDER"), "\(refused.errors)")
    }

    @Test func whatCannotBeWrittenTakesAnySound() throws {
        let tones = Tones("lo hi lo")
        try folder.write(tones.wave, to: "talk.wav")
        let run = try align("talk.wav", "--text", "lo 42 lo", "--words")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors == "speech: the text: the model cannot write '4' '2' of '42'; any sound is taken for it\n")
        let found = try rows(run.output)
        #expect(found.map(\.text) == ["lo", "42", "lo"] && found[1].confidence == 0)
        #expect(abs(found[1].start - tones.words[1].start) < 0.2, "\(found)")
    }

    @Test func whatDoesNotFitIsTold() throws {
        try folder.write(Tones("lo hi lo hi lo").wave, to: "talk.wav")
        try folder.write("lo\nlo lo\nlo lo\n", to: "other.txt")
        let other = try align("talk.wav", "--text-file", "other.txt")
        #expect(other.status == 0 && other.errors.contains("fits the sound badly (confidence 0."), "\(other.errors)")
        let quiet = try align("talk.wav", "--text-file", "other.txt", "--warn-below", "0")
        #expect(quiet.errors.isEmpty)
        let long = try align("talk.wav", "--text", Array(repeating: "lo hi", count: 60).joined(separator: " "))
        #expect(long.status == 1 && long.output.isEmpty, "\(long.errors)")
        #expect(long.errors.contains("talk.wav: its text is too long for it: 3.4 s have 85 places"), "\(long.errors)")
        let cases: [([String], Int32, String)] = [
            (["talk.wav", "--text", "– ! –"], 1, "its text has no words"),
            (["talk.wav", "--text", "lo", "--text-file", "other.txt"], 64, "exclude each other"),
            (["talk.wav", "--text-file", "none.txt"], 1, "none.txt: cannot be read: "),
            (["-"], 64, "Sound from '-' needs its text"),
            (["talk.wav", "--text", "lo", "--language", "en"], 1, "a language is for Whisper models"),
            (["talk.wav", "--text", "lo", "--warn-below", "2"], 64, "--warn-below 2.0 is not possible"),
        ]
        for (arguments, status, text) in cases {
            let run = try ProgramRun("speech", ["align", "--model", Tones.model] + arguments, in: folder.url)
            #expect(run.status == status && run.errors.contains(text), "\(arguments): \(run.errors)")
        }
        try folder.write(Data([0xFF, 0xFE, 0x0A]), to: "bad.txt")
        let bad = try align("talk.wav", "--text-file", "bad.txt")
        #expect(bad.status == 1 && bad.errors.contains("bad.txt:1: not valid UTF-8"), "\(bad.errors)")
    }

    /// Whisper reads a text over one window.
    @Test(.needsModel("whisper-tiny.en")) func whisperAlignsAWindow() throws {
        let sample = Repository.file("Assets/Samples/asterisk-tt-allbusy.flac").path
        let text = "All representatives of the household are currently assisting other telemarketers."
        let rest = "Please hold and your call will be answered in the order it was received."
        try folder.write("\(text)\n\(rest)\n", to: "text.txt")
        let run = try ProgramRun(
            "speech", ["align", sample, "--text-file", "text.txt", "--model", "whisper-tiny.en"], in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let found = try rows(run.output)
        #expect(found.map(\.text) == [text, rest])
        #expect(
            found[0].start < 0.5 && abs(found[1].start - 4.7) < 0.5 && found.allSatisfy { $0.confidence > 0.5 },
            "\(found)")
        try folder.write(SoundFile.silence(seconds: 31), to: "long.wav")
        let long = try ProgramRun(
            "speech", ["align", "long.wav", "--text", "hello", "--model", "whisper-tiny.en"], in: folder.url)
        #expect(long.status == 1 && long.errors.contains("more than the 30 s that a Whisper model hears at once"))
    }
}
