import TestKit
import Testing

/// Mistakes in the command line: status 64, the usage on standard error, nothing done.
@Suite struct UsageTests {
    @Test(arguments: [
        ["transcribe"], ["transcribe", "a.wav", "--format", "doc"], ["transcribe", "a.wav", "--threads", "0"],
        ["transcribe", "a.wav", "--quiet", "--verbose"], ["transcribe", "a.wav", "--no-such-option"],
        ["transcribe", "a.wav", "--output", ""], ["transcribe", "a.wav", "--model", ""],
        ["transcribe", "a.wav", "--format", "srt,doc"], ["transcribe", "a.wav", "--format", "srt,vtt"],
        ["transcribe", "a.wav", "--skip-existing"], ["transcribe", "a.wav", "--jobs", "300"],
        ["transcribe", "a.wav", "--jobs", "few"], ["transcribe", "a.wav", "--max-lines", "2"],
        ["transcribe", "a.wav", "--format", "srt", "--max-line-width", "3"],
        ["transcribe", "a.wav", "--format", "srt", "--max-words", "0"], ["transcribe", "a.wav", "--beam-size", "0"],
        ["transcribe", "a.wav", "--beam-size", "65"], ["transcribe", "a.wav", "--temperature", "nan"],
        ["transcribe", "a.wav", "--temperature", "0,"], ["transcribe", "a.wav", "--temperature", "0,3"],
        ["transcribe", "a.wav", "--patience", "0"], ["transcribe", "a.wav", "--patience", "nan"],
        ["transcribe", "a.wav", "--length-penalty", "inf"], ["transcribe", "a.wav", "--best-of", "0"],
        ["transcribe", "a.wav", "--seed", "x"], ["transcribe", "a.wav", "--compression-ratio-threshold", "nan"],
        ["transcribe", "a.wav", "--logprob-threshold", "1"], ["transcribe", "a.wav", "--no-speech-threshold", "1.5"],
        ["transcribe", "a.wav", "--carry-prompt"], ["transcribe", "a.wav", "--suppress-tokens", "1,-2"],
        ["transcribe", "a.wav", "--vad-threshold", "nan"], ["transcribe", "a.wav", "--vad-padding", "inf"],
        ["transcribe", "a.wav", "--task", "summarize"], ["evaluate", "x", "--beam-size", "0"],
        ["evaluate"], ["evaluate", "x", "--worst", "-1"],
        ["evaluate", "x", "--normalizer", "french"], ["inspect"], ["inspect", "a", "b"], ["no-such-verb"],
    ])
    func mistakesAreStatus64(arguments: [String]) throws {
        let run = try ProgramRun("speech", arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("Error: ") && run.errors.contains("Usage: speech"))
    }

    @Test(arguments: ["srt", "vtt", "tsv", "lrc"])
    func severalSubtitlesDoNotMakeOne(format: String) throws {
        let run = try ProgramRun("speech", ["transcribe", "a.wav", "b.wav", "--format", format])
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errorLines.count == 1 && run.errors.contains("--output"), "\(run.errors)")
    }

    @Test func aloneItShowsItsHelp() throws {
        let run = try ProgramRun("speech", [])
        #expect(run.status == 0)
        #expect(run.output.contains("SUBCOMMANDS:"))
    }

    @Test func versionIsShown() throws {
        let run = try ProgramRun("speech", ["--version"])
        #expect(run.status == 0)
        #expect(run.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }
}
