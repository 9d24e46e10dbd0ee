import ArgumentParser
import CommandLineKit
import Testing

@Suite struct OptionTests {
    enum Format: String, OutputFormat {
        case text, json, srt
        static let standard = Format.text
        var fileExtension: String { self == .text ? "txt" : rawValue }
    }

    struct Command: ParsableCommand {
        @OptionGroup var output: OutputOptions<Format>
        @OptionGroup var verbosity: VerbosityOptions
        @OptionGroup var compute: ComputeOptions
    }

    @Test(arguments: [
        ([], Format.text), (["--format", "json"], .json), (["--output", "a.srt"], .srt), (["-o", "a.TXT"], .text),
        (["-o", "a.srt", "--format", "text"], .text), (["-o", "folder.d/x"], .text), (["-o", "-"], .text),
    ])
    func formatFollowsTheOptionThenTheOutput(arguments: [String], expected: Format) throws {
        #expect(try Command.parse(arguments).output.format == expected)
    }

    @Test func verbosity() throws {
        #expect(try Command.parse([]).verbosity.verbosity == .normal)
        #expect(try Command.parse(["-q"]).verbosity.verbosity == .quiet)
        #expect(try Command.parse(["--verbose"]).verbosity.verbosity == .verbose)
    }

    @Test(arguments: [
        ["--quiet", "--verbose"], ["--threads", "0"], ["--threads", "-3"], ["--threads", "two"], ["--format", "doc"],
        ["--output", ""],
    ])
    func mistakesAreUsageErrors(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Command.parse(arguments) }
        #expect(error.map { Command.exitCode(for: $0) } == .validationFailure)
    }
}
