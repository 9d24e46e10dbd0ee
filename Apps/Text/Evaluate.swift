import ArgumentParser
import Checkpoints
import CommandLineKit
import Evaluation
import Foundation
import Hashing
import Kernels
import TextModels

/// `text evaluate`: how well a model foresees texts, or answers questions.
struct Evaluate: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    static let configuration = CommandConfiguration(
        abstract: "Measure how well a model foresees texts, or answers questions.",
        discussion: """
            DATA is text: files, folders of .txt, patterns, or '-'. Perplexity and bits per byte are measured in windows \
            that overlap: each token is judged by what precedes it in its window, and scored once. Only bits per byte \
            compare models with different tokenizers.

            Or DATA is one file of questions (.jsonl), objects with "prompt", "choices" and "answer" (the index of the \
            right choice). Each choice is judged by its probability after the prompt, as a whole and by its bytes.

            Examples:
              text evaluate book.txt --output report.json
              text evaluate chapters/ --window 256 --stride 64
              text evaluate questions.jsonl
            """)

    @Argument(help: ArgumentHelp("Texts, folders, patterns, '-', or one file of questions.", valueName: "data"))
    var data: [String]

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var adapterOptions: AdapterOptions
    @Option(help: ArgumentHelp("Tokens that the model sees at once (default: its whole context).", valueName: "count"))
    var window: Int?
    @Option(help: ArgumentHelp("Tokens from one window to the next (default: half a window).", valueName: "count"))
    var stride: Int?
    @Option(help: "Form of what is printed.")
    var format = Format.text
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the whole report as JSON to this file too.", valueName: "file"))
    var output: String?
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if data.isEmpty { throw ValidationError("Nothing to evaluate: name at least one file, folder or '-'.") }

        if output == "" { throw ValidationError("--output is empty; name a file.") }
        if asksQuestions, data.count > 1 { throw ValidationError("Give one file of questions at a time.") }
    }

    private var asksQuestions: Bool { data.contains { $0.hasSuffix(".jsonl") } }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        compute.apply(on: console)
        if let output { try ResultFile.checkWritable(output) }
        let chosen = try AdaptedModel(modelOptions, adapterOptions)
        let scorer = try TextScorer(chosen.load(), window: window, stride: stride)
        let model = EvaluationReport.Model(
            name: chosen.name,
            architecture: scorer.model.configuration.modelType,
            weightsSHA256: try chosen.folder.weightsDigest().hexadecimal,
            parameterCount: scorer.model.configuration.parameterCount)
        let environment = EvaluationReport.Environment(
            version: triptychVersion, kernelLevel: KernelLevel.current.rawValue, threads: Threads.count)
        let (data, asksQuestions, format, output) = (data, asksQuestions, format, output)
        try await runInterruptibly(on: console) {
            let outcome =
                asksQuestions
                ? try await QuestionWork(scorer: scorer, console: console).evaluate(data[0])
                : try await PerplexityWork(scorer: scorer, console: console).evaluate(data)
            if outcome.batch.wasInterrupted { return outcome.batch }
            let report = outcome.report(model, environment)
            if let output { try ResultFile.write(report.json(), to: output) }
            try console.write(format == .json ? report.json() : report.summary(worstItemCount: 0))
            return outcome.batch
        }
    }
}

/// What an evaluation gave, but for what does not depend on it.
struct EvaluationOutcome: Sendable {
    let batch: BatchReport
    let report: @Sendable (EvaluationReport.Model, EvaluationReport.Environment) -> EvaluationReport
}
