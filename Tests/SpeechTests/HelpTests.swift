import Foundation
import TestKit
import Testing

/// Every help text, compared with Tests/Fixtures/help. `TRIPTYCH_REWRITE_HELP=1` writes the present ones there.
@Suite struct HelpTests {
    static let verbs: [[String]] = [
        [], ["transcribe"], ["evaluate"], ["inspect"], ["models"], ["models", "list"], ["models", "pull"],
        ["models", "verify"], ["models", "show"], ["models", "path"], ["models", "remove"],
    ]

    /// Verbs with options that `--help` leaves out and `--help-hidden` lists.
    static let verbsWithHiddenOptions = ["transcribe"]

    @Test(arguments: verbs)
    func helpIsAsCommitted(verb: [String]) throws {
        try compare(verb + ["--help"], with: (["speech"] + verb).joined(separator: "-"))
    }

    @Test(arguments: verbsWithHiddenOptions)
    func hiddenOptionsAreAsCommitted(verb: String) throws {
        try compare([verb, "--help-hidden"], with: "speech-\(verb)-hidden")
    }

    private func compare(_ arguments: [String], with name: String) throws {
        let run = try ProgramRun("speech", arguments, environment: ["COLUMNS": "80"])
        #expect(run.status == 0 && run.errors.isEmpty)
        let file = Repository.file("Tests/Fixtures/help/\(name).txt")
        if Self.rewrites {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(run.output.utf8).write(to: file)
        }
        #expect(run.output == (try String(contentsOf: file, encoding: .utf8)))
    }

    static var rewrites: Bool { ProcessInfo.processInfo.environment["TRIPTYCH_REWRITE_HELP"] == "1" }

    /// No verb without a snapshot, no snapshot of a verb that is gone.
    @Test(.disabled(if: rewrites, "the snapshots are being written")) func everyVerbIsCompared() throws {
        let listed = Self.verbs.filter { $0.count == 1 }.map { $0[0] }
        let help = try ProgramRun("speech", ["--help"], environment: ["COLUMNS": "80"]).output
        let afterHeading = help.components(separatedBy: "SUBCOMMANDS:\n").last ?? ""
        let named = afterHeading.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
        #expect(Set(named) == Set(listed))
        let files = try FileManager.default.contentsOfDirectory(atPath: Repository.file("Tests/Fixtures/help").path)
        #expect(
            Set(files)
                == Set(
                    Self.verbs.map { (["speech"] + $0).joined(separator: "-") + ".txt" }
                        + Self.verbsWithHiddenOptions.map { "speech-\($0)-hidden.txt" }))
    }
}
