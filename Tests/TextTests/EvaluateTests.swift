import Evaluation
import Foundation
import TestKit
import Testing

/// `text evaluate`, run as a program.
@Suite struct EvaluateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func report(_ name: String) throws -> EvaluationReport {
        try EvaluationReport(json: Data(contentsOf: folder.url.appendingPathComponent(name)))
    }

    @Test func textsAreScoredAndFaultyOnesCounted() throws {
        try folder.write(String(repeating: "The tide came in. ", count: 30), to: "texts/a.txt")
        try folder.write("It's a small boat, isn't it?", to: "texts/b.txt")
        try folder.write(Data([0xFF, 0xFE]), to: "texts/c.txt")
        try folder.write("not looked at", to: "texts/d.bin")
        let run = try folder.text("evaluate", "texts", "missing.txt", "--output", "report.json", "--window", "32")
        #expect(run.status == 1)
        #expect(run.errorLines.count == 3, "\(run.errors)")
        #expect(run.errors.contains("texts/c.txt") && run.errors.contains("missing.txt"))
        #expect(run.errorLines.last == "text: 2 of 4 evaluated, 2 failed")
        #expect(run.output.hasPrefix("perplexity: ") && run.output.contains("bits per byte: "))

        let report = try report("report.json")
        #expect(report.task == "language modelling")
        #expect(report.settings == ["window": 32, "stride": 16])
        #expect(report.figures.map(\.name) == ["perplexity", "bits_per_byte"])
        #expect(report.figures.map(\.itemCount) == [2, 2])
        #expect(report.figures[1].parts["bytes"] == Double(18 * 30 + 28))
        let bits = try #require(report.figures[1].value)
        let nats = try #require(report.figures[0].parts["nats"])
        #expect(abs(bits - nats / log(2) / (18 * 30 + 28)) < 1e-9)
        #expect(report.figures[1].interval != nil)
        #expect(report.items.count { $0.error != nil } == 2)
        #expect(report.model.name == "tiny-text" && report.model.architecture == "llama")
        #expect(!(try folder.contents(of: "report.json")).contains(folder.path))
    }

    @Test func standardInputIsAText() throws {
        let run = try folder.text("evaluate", "-", "--format", "json", input: "The tide came in twice a day.")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let report = try EvaluationReport(json: Data(run.output.utf8))
        // As transformers has it (Tests/Reference/llama_fixtures.py).
        let nats = try #require(report.figures[0].parts["nats"])
        #expect(abs(nats - 81.05198) < 0.01)
    }

    @Test func questionsAreAnswered() throws {
        try folder.write(
            """
            {"prompt": "The tide", "choices": [" came in", " went up"], "answer": 0, "source": "ignored"}
            {"prompt": "The tide", "choices": [" came in", " went up"], "answer": 1}

            {"prompt": "The tide", "choices": ["one"], "answer": 0}
            {"prompt": "The tide", "choices": ["one", "two"], "answer": 2}
            {"prompt": "The tide"
            {"choices": ["one", "two"], "answer": 1}

            """, to: "questions.jsonl")
        let run = try folder.text("evaluate", "questions.jsonl", "--output", "report.json")
        #expect(run.status == 1)
        #expect(run.errorLines.count == 5, "\(run.errors)")
        #expect(run.errors.contains("questions.jsonl:4: ") && run.errors.contains("questions.jsonl:7: "))
        #expect(run.errorLines.last == "text: 2 of 6 evaluated, 4 failed")
        let report = try report("report.json")
        // The same question with each answer: right once.
        #expect(report.figures.map(\.value) == [0.5, 0.5])
        #expect(report.figures.map(\.name) == ["accuracy", "accuracy_by_byte"])
        #expect(report.items.count == 6 && report.items.count { $0.error != nil } == 4)
    }

    @Test func whatIsImpossibleIsOneLine() throws {
        try folder.write("some text", to: "a.txt")
        try folder.write("", to: "empty.txt")
        try folder.write("\n\n", to: "empty.jsonl")
        for (arguments, expected) in [
            (["a.txt", "--window", "65"], "2 to 64"), (["a.txt", "--window", "8", "--stride", "8"], "1 to 7"),
            (["empty.txt"], "too little text"), (["empty.jsonl"], "no questions"), (["missing.jsonl"], "missing.jsonl"),
        ] {
            let run = try ProgramRun(
                "text", ["evaluate", "--model", TemporaryFolder.randomModel.path] + arguments, in: folder.url)
            #expect(run.status == 1)
            #expect(run.errors.contains(expected), "\(run.errors)")
        }
    }
}
