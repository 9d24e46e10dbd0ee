import TestKit
import Testing

/// Mistakes in the command line: status 64, the usage on standard error, nothing done.
@Suite struct UsageTests {
    @Test(arguments: [
        ["transcribe"], ["transcribe", "a.wav", "--format", "doc"], ["transcribe", "a.wav", "--threads", "0"],
        ["transcribe", "a.wav", "--quiet", "--verbose"], ["transcribe", "a.wav", "--no-such-option"],
        ["transcribe", "a.wav", "--output", ""], ["transcribe", "a.wav", "--model", ""],
        ["evaluate"], ["evaluate", "x", "--worst", "-1"],
        ["evaluate", "x", "--normalizer", "english"], ["inspect"], ["inspect", "a", "b"], ["no-such-verb"],
    ])
    func mistakesAreStatus64(arguments: [String]) throws {
        let run = try ProgramRun("speech", arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("Error: ") && run.errors.contains("Usage: speech"))
    }

    @Test func severalSubtitlesDoNotMakeOne() throws {
        let run = try ProgramRun("speech", ["transcribe", "a.wav", "b.wav", "--format", "srt"])
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
