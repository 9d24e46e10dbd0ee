import Foundation
import TestKit
import Testing

/// The examples of the documentation are true: each `console` block is run from the root of the repository.
@Suite struct DocumentationTests {
    @Test(.needsModel("whisper-tiny.en"), arguments: try documentedExamples())
    func anExampleShowsWhatTheProgramPrints(example: ConsoleExample) throws {
        // Through a shell, as the reader would type it, with the programs on the path.
        let path = ProgramRun.program("speech").deletingLastPathComponent().path
        let run = try ProgramRun(
            URL(fileURLWithPath: "/bin/sh"), ["-c", example.command],
            environment: ["PATH": "\(path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"],
            in: Repository.root)
        #expect(
            example.matches(run.output),
            "\(example.testDescription)\nprinted:\n\(run.output)\(run.errors)shown:\n\(example.expected.joined(separator: "\n"))"
        )
    }

    @Test func examplesAreFoundAndCompared() throws {
        let text = """
            ```sh
            $ not this
            ```
            ```console
            $ first
            one
            …
            four

            $ second
            ```
            after
            """
        let examples = ConsoleExample.examples(in: text, file: "x.md")
        #expect(examples.map(\.command) == ["first", "second"] && examples.map(\.line) == [5, 10])
        #expect(examples[0].matches("one\ntwo\nthree\nfour\n") && examples[0].matches("one\nfour\n"))
        #expect(!examples[0].matches("one\nfour\nfive\n") && !examples[0].matches("four\n"))
        #expect(examples[1].matches("") && !examples[1].matches("something\n"))
    }

    @Test func everyModuleIsDescribed() throws {
        let architecture = try String(contentsOf: Repository.file("docs/architecture.md"), encoding: .utf8)
        let sources = Repository.file("Sources").path
        for module in try FileManager.default.contentsOfDirectory(atPath: sources) where module != "SystemLibraries" {
            #expect(architecture.contains("| `\(module)` |"), "docs/architecture.md lacks \(module)")
        }
    }

    /// Every page is reached from the index, and every decision from the list of decisions.
    @Test func everyPageIsInTheIndex() throws {
        let index = try String(contentsOf: Repository.file("docs/README.md"), encoding: .utf8)
        let decisions = try String(contentsOf: Repository.file("docs/decisions/README.md"), encoding: .utf8)
        for (file, _) in try documents() where file.hasPrefix("docs/") && !file.hasSuffix("/README.md") {
            let isDecision = file.hasPrefix("docs/decisions/")
            let link = file.dropFirst(isDecision ? "docs/decisions/".count : "docs/".count)
            #expect((isDecision ? decisions : index).contains("](\(link))"), "\(file) is not linked")
        }
    }

    @Test func linksLeadToFiles() throws {
        for (file, text) in try documents() {
            let folder = Repository.file(file).deletingLastPathComponent()
            for match in text.matches(of: /\]\(([^)#\s]+)[^)]*\)/) where !match.1.contains("://") {
                let target = folder.appendingPathComponent(String(match.1)).standardizedFileURL.path
                #expect(FileManager.default.fileExists(atPath: target), "\(file) links to \(match.1)")
            }
        }
    }
}

/// Every Markdown file of the repository's front and of docs, by its path.
private func documents() throws -> [(file: String, text: String)] {
    var files = ["README.md", "CONTRIBUTING.md", "Assets/README.md"]
    let docs = FileManager.default.enumerator(atPath: Repository.file("docs").path)
    while let path = docs?.nextObject() as? String { if path.hasSuffix(".md") { files.append("docs/" + path) } }
    return try files.map { ($0, try String(contentsOf: Repository.file($0), encoding: .utf8)) }
}

private func documentedExamples() throws -> [ConsoleExample] {
    try documents().flatMap { ConsoleExample.examples(in: $0.text, file: $0.file) }
}
