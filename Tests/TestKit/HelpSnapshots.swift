import Foundation
import Testing

/// Help texts compared with Tests/Fixtures/help; `TRIPTYCH_REWRITE_HELP=1` writes the present ones there.
public enum HelpSnapshots {
    public static var areRewritten: Bool { ProcessInfo.processInfo.environment["TRIPTYCH_REWRITE_HELP"] == "1" }

    private static let folder = Repository.file("Tests/Fixtures/help")

    private static func name(_ program: String, _ verb: [String], showsHidden: Bool = false) -> String {
        ([program] + verb + (showsHidden ? ["hidden"] : [])).joined(separator: "-") + ".txt"
    }

    private static func help(_ program: String, _ verb: [String], showsHidden: Bool = false) throws -> ProgramRun {
        try ProgramRun(
            program, verb + [showsHidden ? "--help-hidden" : "--help"], environment: ["COLUMNS": "80"])
    }

    /// - Parameter showsHidden: whether the text is that of `--help-hidden`, which lists more options.
    public static func compare(_ program: String, _ verb: [String], showsHidden: Bool = false) throws {
        let run = try help(program, verb, showsHidden: showsHidden)
        #expect(run.status == 0 && run.errors.isEmpty)
        let file = folder.appendingPathComponent(name(program, verb, showsHidden: showsHidden))
        if areRewritten {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(run.output.utf8).write(to: file)
        }
        #expect(run.output == (try String(contentsOf: file, encoding: .utf8)))
    }

    /// Expects that no verb is without a snapshot, and no snapshot is of a verb that is gone.
    public static func checkComplete(
        _ program: String, verbs: [[String]], withHiddenOptions hidden: [[String]] = []
    ) throws {
        let listed = verbs.filter { $0.count == 1 }.map { $0[0] }
        let afterHeading = try help(program, []).output.components(separatedBy: "SUBCOMMANDS:\n").last ?? ""
        let named = afterHeading.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
        #expect(Set(named) == Set(listed))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasPrefix("\(program)-") || $0 == "\(program).txt" }
        let expected = verbs.map { name(program, $0) } + hidden.map { name(program, $0, showsHidden: true) }
        #expect(Set(files) == Set(expected))
    }
}
