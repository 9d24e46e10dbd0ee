import Foundation
import TestKit
import Testing

/// `text generate --json-schema`, `--grammar` and `--json`, run as a program.
@Suite struct ConstraintTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let schema =
        #"{"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":9}},"required":["n"]}"#

    private func object(_ run: ProgramRun) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run.errors)")
    }

    @Test func schemasComeAsTextOrFile() throws {
        try folder.write(Self.schema, to: "n.schema.json")
        for (seed, argument) in ["n.schema.json", Self.schema, " \n" + Self.schema].enumerated() {
            let run = try folder.text(
                "generate", "The", "--json-schema", argument, "--seed", "\(seed)", "--temperature", "1.5")
            #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
            #expect((1...9).contains(try object(run)["n"] as? Int ?? 0), "\(run.output)")
        }
    }

    @Test func grammarsComeAsTextOrFile() throws {
        try folder.write("# two letters\nroot ::= letter \"-\" letter\nletter ::= [a-f]\n", to: "letters.gbnf")
        for argument in ["letters.gbnf", #"root ::= [a-f] "-" [a-f]"#] {
            let run = try folder.text("generate", "The", "--grammar", argument, "--temperature", "0")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.wholeMatch(of: /[a-f]-[a-f]\n/) != nil, "\(run.output)")
        }
    }

    @Test func anyJSONEndsInTime() throws {
        for seed in 0..<5 {
            let run = try folder.text("generate", "The", "--json", "--seed", "\(seed)", "--max-tokens", "20")
            #expect(run.status == 0, "\(run.errors)")
            _ = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        }
    }

    /// A text that is not whole is not written; the JSON tells why.
    @Test func unfinishedTextsAreErrors() throws {
        let arguments = ["The", "--grammar", #"root ::= [a-z]{200}"#, "--max-tokens", "3"]
        func run(_ more: String...) throws -> ProgramRun {
            try ProgramRun(
                "text", ["generate", "--model", TemporaryFolder.randomModel.path] + arguments + more, in: folder.url)
        }
        let text = try run()
        #expect(text.status == 1 && text.output.isEmpty)
        #expect(text.errorLines.count == 1 && text.errors.contains("--max-tokens"), "\(text.errors)")
        let json = try run("--format", "json")
        #expect(json.status == 1 && json.errors.contains("(length)"), "\(json.errors)")
        #expect(try object(json)["finish"] as? String == "length")
    }

    @Test(arguments: [
        ("--json-schema", #"{"type":"object","not":{}}"#, "#/not"),
        ("--json-schema", "false", "no value can satisfy"),
        ("--json-schema", #"{"enum":[]}"#, "#/enum"),
        ("--json-schema", #"{"type":"object","required":["a"],"additionalProperties":false}"#, "no value can satisfy"),
        ("--json-schema", #"{"type":"integer","minimum":2,"maximum":1}"#, "no value can satisfy"),
        ("--json-schema", #"{"type":}"#, "at byte 8"),
        ("--json-schema", "no-such.json", "no-such.json"),
        ("--grammar", "root ::= \"a\n", "line 2, column 1"),
        ("--grammar", "root ::= root \"a\" | \"b\"", "left recursion: root → root"),
        ("--grammar", "no-such.gbnf", "no-such.gbnf"),
    ])
    func whatCannotBeFollowedIsToldBeforeAnythingIsWritten(option: String, argument: String, expected: String) throws {
        let run = try folder.text("generate", "The", option, argument)
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errorLines.count == 1 && run.errors.contains(expected), "\(run.errors)")
    }

    @Test(arguments: [
        ["--json", "--grammar", "root ::= \"a\""], ["--json-schema", "true", "--json"], ["--json", "--stop", "x"],
        ["--json", "--echo"], ["--grammar", ""],
    ])
    func optionsThatDoNotGoTogetherAreNamed(arguments: [String]) throws {
        let run = try ProgramRun(
            "text", ["generate", "The", "--model", TemporaryFolder.randomModel.path] + arguments, in: folder.url)
        #expect(run.status == 64 && run.output.isEmpty, "\(run.errors)")
    }

    @Test func answersOfAChatCanBeHeldToASchema() throws {
        let run = try folder.text(
            "chat", "--chat-template", "plain", "--message", "n", "--json-schema", Self.schema, "--max-tokens", "30")
        #expect(run.status == 0, "\(run.errors)")
        #expect((1...9).contains(try object(run)["n"] as? Int ?? 0), "\(run.output)")
    }
}
