import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import TextModels

/// `text generate`: a beginning in, its continuation out.
struct Generate: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, jsonl }

    static let configuration = CommandConfiguration(
        abstract: "Continue a text.",
        discussion: """
            The continuation appears on standard output as it is written. PROMPT may be '-' for standard input; without a \
            prompt the model begins by itself. The same prompt, options and seed give the same text on any machine of the \
            same kind, whatever the number of threads.

            Examples:
              text generate "Once upon a time"
              text generate --file letter.txt --max-tokens 100 --temperature 0
              text generate "A city: " --json-schema city.schema.json
              text generate "Dear" --count 5 --format jsonl --log-probabilities 3
            """)

    @Argument(help: ArgumentHelp("The beginning of the text, or '-'.", valueName: "prompt"))
    var prompt: String?
    @Option(help: ArgumentHelp("Take the prompt from this file, as it stands.", valueName: "file"))
    var file: String?

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var adapterOptions: AdapterOptions
    @Option(help: ArgumentHelp("Write at most so many tokens.", valueName: "count"))
    var maxTokens = 256
    @Option(help: ArgumentHelp("End before this text. Repeatable.", valueName: "text"))
    var stop: [String] = []
    @Option(
        help: ArgumentHelp("Where the random numbers begin; drawn anew where this is not given.", valueName: "number"))
    var seed: UInt64?
    @Flag(help: "Drop the beginning of a prompt that the model cannot hold, instead of refusing it.")
    var truncate = false
    @Flag(help: "Write the prompt before its continuation.")
    var echo = false
    @Option(help: ArgumentHelp("Write so many continuations of the prompt, which is read once.", valueName: "count"))
    var count = 1
    @Option(
        help: "Form of the result: text as it is written; JSON at the end; or a line of JSON for each continuation.")
    var format = Format.text
    @OptionGroup(title: "Form of the text") var constraint: ConstraintOptions
    @Option(
        help: ArgumentHelp(
            "With JSON, tell how probable each token was, and this many of the most probable ones beside it.",
            valueName: "count"))
    var logProbabilities: Int?
    @OptionGroup var cache: PromptCacheOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        try cache.check(with: adapterOptions)
        if maxTokens < 1 { throw ValidationError("--max-tokens \(maxTokens) is not possible; give 1 or more.") }
        try checkOption("count", count, 1...1000)
        if let logProbabilities {
            try checkOption("log-probabilities", logProbabilities, 0...100)
            if format == .text { throw ValidationError("--log-probabilities needs --format json or jsonl.") }
        }
        if prompt != nil, file != nil { throw ValidationError("Give a prompt or --file, not both.") }
        if stop.contains("") { throw ValidationError("--stop is empty; every text ends there.") }
        if constraint.isGiven, !stop.isEmpty || echo {
            throw ValidationError("--stop and --echo would spoil what --json-schema, --grammar or --json promises.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        compute.apply(on: console)
        let chosen = try AdaptedModel(modelOptions, adapterOptions)
        let source: TextSource = file.map { .file($0) } ?? (prompt == "-" ? .standardInput : .text(prompt ?? ""))
        let grammar = try await constraint.read()
        let generator = Generator(try chosen.load())
        console.tellModelIsLoaded(in: generator.model.loadTime)
        var options = GenerationOptions(
            sampling: try sampling.settings(
                over: generator.model.recommendedSampling, tokenizer: generator.model.tokenizer))
        options.maximumCount = maxTokens
        options.stopStrings = stop
        options.grammar = grammar
        options.seed = seed ?? UInt64.random(in: 0..<1 << 32)
        options.truncatesPrompt = truncate
        options.logProbabilityCount = logProbabilities
        let work = GenerationWork(
            generator: generator, options: options, count: count, format: format, echoes: echo,
            cache: try cache.open(for: generator.model, on: console), cacheFile: cache.promptCache,
            model: chosen.name,
            console: console)
        try await runInterruptibly(on: console, work: { try await work.run(prompt: source.read()) })
    }
}
