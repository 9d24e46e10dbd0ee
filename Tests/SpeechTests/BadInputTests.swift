import Foundation
import TestKit
import Testing

/// What cannot be read gets one clear line and does not stop the rest.
@Suite struct BadInputTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(SoundFile.tone(seconds: 1), to: "good.wav")
    }

    private static let bad: [(name: String, contents: Data?)] = [
        ("missing.wav", nil),
        ("empty.wav", Data()),
        ("truncated.wav", SoundFile.tone(seconds: 1).prefix(20)),
        ("disguised.wav", Data("This is no sound, whatever it is called.\n".utf8)),
        ("nothing.wav", SoundFile.wave([Int16]())),
        ("nan.wav", SoundFile.wave([Float](repeating: .nan, count: 16_000))),
    ]

    @Test(arguments: bad.map(\.name))
    func oneLineNamesTheFile(name: String) throws {
        if let contents = Self.bad.first(where: { $0.name == name })?.contents { try folder.write(contents, to: name) }
        let run = try folder.speech("transcribe", name)
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.hasPrefix("speech: ") && run.errors.contains(name), "\(run.errors)")
    }

    @Test func theBatchGoesOnAndOtherOutputsAreKept() throws {
        for (name, contents) in Self.bad { if let contents { try folder.write(contents, to: name) } }
        try folder.write(SoundFile.tone(seconds: 0.5), to: "last.wav")
        let run = try ProgramRun(
            "speech",
            ["transcribe", "good.wav"] + Self.bad.map(\.name)
                + ["last.wav", "--output", "out", "--format", "json", "--model", TemporaryFolder.randomModel.path],
            in: folder.url)
        #expect(run.status == 1)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == Self.bad.count + 1, "\(run.errors)")
        #expect(run.errorLines.last == "speech: 2 of 8 transcribed, 6 failed")
        for name in ["good", "last"] {
            let json = try JSONSerialization.jsonObject(with: Data(try folder.contents(of: "out/\(name).json").utf8))
            #expect((json as? [String: Any])?["text"] is String)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appendingPathComponent("out").path)
        #expect(names.sorted() == ["good.json", "last.json"])
    }

    @Test func unwritableOutputIsToldBeforeTheWork() throws {
        try folder.write("a file", to: "taken")
        for output in ["/proc/triptych/", "taken/out/"] {
            let run = try folder.speech("transcribe", "good.wav", "--output", output)
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1, "\(run.errors)")
            #expect(run.errors.contains("--output"))
        }
        let several = try folder.speech("transcribe", "good.wav", "missing.wav", "--output", "taken")
        #expect(several.status == 1)
        #expect(several.errorLines.count == 1 && several.errors.contains("taken"), "\(several.errors)")
        #expect(try folder.contents(of: "taken") == "a file")
    }

    @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json"])
    func incompleteModelsAreNamed(absent: String) throws {
        try folder.addModel("model", without: [absent])
        let run = try ProgramRun("speech", ["transcribe", "good.wav", "--model", "model"], in: folder.url)
        #expect(run.status == 1)
        #expect(run.errorLines.count == 1, "\(run.errors)")
        #expect(run.errors.contains("model"), "\(run.errors)")
    }

    @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json"])
    func corruptModelsAreNamed(corrupt: String) throws {
        try folder.addModel("model")
        let url = folder.url.appendingPathComponent("model/\(corrupt)")
        let contents = try Data(contentsOf: url)
        for spoilt in [contents.prefix(contents.count / 2), Data(), Data(repeating: 0xFF, count: 4096)] {
            try spoilt.write(to: url)
            let run = try ProgramRun("speech", ["transcribe", "good.wav", "--model", "model"], in: folder.url)
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1, "\(run.errors)")
            #expect(run.errors.contains(corrupt), "\(run.errors)")
        }
    }

    @Test func absentModelsTellHowToGetThem() throws {
        let environment: [String: String?] = ["TRIPTYCH_HOME": folder.url.path]
        let byDefault = try ProgramRun("speech", ["transcribe", "good.wav"], environment: environment, in: folder.url)
        #expect(byDefault.status == 1 && byDefault.errorLines.count == 1)
        #expect(byDefault.errors.contains("make models"), "\(byDefault.errors)")
        let unknown = try ProgramRun(
            "speech", ["transcribe", "good.wav", "--model", "no-such"], environment: environment, in: folder.url)
        #expect(unknown.status == 1 && unknown.errorLines.count == 1)
        #expect(unknown.errors.contains("'no-such'"), "\(unknown.errors)")
    }

    @Test(arguments: ["klingon", "french"])
    func languagesThatTheModelLacksAreNamed(language: String) throws {
        let run = try folder.speech("transcribe", "good.wav", "--language", language)
        #expect(run.status == 1)
        #expect(run.errorLines.count == 1 && run.errors.contains(language), "\(run.errors)")
    }

    @Test func shortAndSilentSoundIsValid() throws {
        try folder.write(SoundFile.tone(seconds: 0.1), to: "short.wav")
        try folder.write(SoundFile.silence(seconds: 2), to: "silence.wav")
        let run = try folder.speech("transcribe", "short.wav", "silence.wav", "--quiet", "--output", "out")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(try folder.contents(of: "out/silence.txt") == "")
    }

    @Test(.needsModel("whisper-tiny.en"))
    func nothingIsHeardInShortAndSilentSound() throws {
        try folder.write(SoundFile.silence(seconds: 0.1), to: "short.wav")
        try folder.write(SoundFile.tone(seconds: 0.1), to: "tone.wav")
        try folder.write(SoundFile.silence(seconds: 31), to: "silence.wav")
        let run = try ProgramRun(
            "speech", ["transcribe", "short.wav", "tone.wav", "silence.wav", "--output", "out"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        for name in ["short", "tone", "silence"] { #expect(try folder.contents(of: "out/\(name).txt") == "") }
    }
}
