import ArgumentParser
import CommandLineKit
import Foundation
import TestKit
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
        @OptionGroup var model: ModelOptions
    }

    @Test(arguments: [
        ([], [Format.text]), (["--format", "json"], [.json]), (["--output", "a.srt"], [.srt]),
        (["-o", "a.TXT"], [.text]), (["-o", "a.srt", "--format", "text"], [.text]), (["-o", "folder.d/x"], [.text]),
        (["-o", "-"], [.text]), (["-o", "x", "--format", "srt,json"], [.srt, .json]),
        (["-o", "x", "--format", "srt, text,srt"], [.srt, .text]), (["--format", "srt,srt"], [.srt]),
    ])
    func formatsFollowTheOptionThenTheOutput(arguments: [String], expected: [Format]) throws {
        #expect(try Command.parse(arguments).output.formats == expected)
    }

    @Test func verbosity() throws {
        #expect(try Command.parse([]).verbosity.verbosity == .normal)
        #expect(try Command.parse(["-q"]).verbosity.verbosity == .quiet)
        #expect(try Command.parse(["--verbose"]).verbosity.verbosity == .verbose)
    }

    @Test func modelIsAFolderOrAName() throws {
        let folder = try TemporaryFolder()
        #expect(
            try Command.parse(["--model", folder.path]).model.folder(defaultName: "other").standardizedFileURL.path
                == folder.path)
        #expect(try Command.parse([]).model.name(defaultName: "other") == "other")
        let error = #expect(throws: (any Error).self) {
            _ = try Command.parse(["--model", "no-such-model"]).model.folder(defaultName: "other")
        }
        #expect(String(describing: try #require(error)).contains("no-such-model"))
    }

    @Test(arguments: [
        ["--quiet", "--verbose"], ["--threads", "0"], ["--threads", "-3"], ["--threads", "two"], ["--format", "doc"],
        ["--format", "srt,"], ["--format", "srt,doc"], ["--format", "srt,json"], ["--output", ""], ["--model", ""],
    ])
    func mistakesAreUsageErrors(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Command.parse(arguments) }
        #expect(error.map { Command.exitCode(for: $0) } == .validationFailure)
    }
}
