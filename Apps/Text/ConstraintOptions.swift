import ArgumentParser
import Foundation
import Grammars

/// What a text is held to.
struct ConstraintOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write JSON that is valid for this schema, given here or in a file, and nothing else.",
            valueName: "schema|file"))
    var jsonSchema: String?
    @Option(
        help: ArgumentHelp(
            "Write what matches this grammar, given here (root ::= …) or in a file, and nothing else.",
            valueName: "grammar|file"))
    var grammar: String?
    @Flag(help: "Write a JSON object or array, and nothing else.")
    var json = false

    var isGiven: Bool { jsonSchema != nil || grammar != nil || json }

    func validate() throws {
        if [jsonSchema != nil, grammar != nil, json].count(where: { $0 }) > 1 {
            throw ValidationError("Give one of --json-schema, --grammar and --json.")
        }
        if jsonSchema == "" { throw ValidationError("--json-schema is empty; give a schema, or name a file.") }
        if grammar == "" { throw ValidationError("--grammar is empty; give a grammar, or name a file.") }
    }

    /// The grammar that is asked for; nil where none is. It is read before a model is, which takes longer.
    func read() async throws -> Grammar? {
        if json { return try Grammar.json() }
        if let jsonSchema {
            let text = jsonSchema.trimmingCharacters(in: .whitespacesAndNewlines)
            let isSchema = text.hasPrefix("{") || text == "true" || text == "false"
            return try Grammar(jsonSchema: Array(await source(jsonSchema, isText: isSchema).read().utf8))
        }
        guard let grammar else { return nil }
        return try Grammar(text: await source(grammar, isText: grammar.contains("::=")).read())
    }

    private func source(_ argument: String, isText: Bool) -> TextSource { isText ? .text(argument) : .file(argument) }
}
