import ArgumentParser
import ChatTemplates
import CommandLineKit
import Foundation
import TextModels

/// `text chat`: a conversation.
struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk with a model.",
        discussion: """
            On a terminal every line is a message, and /help tells what else can be typed; Ctrl-C stops an answer, twice \
            leaves. From a pipe, too, every line is a message. Answers appear on standard output as they are written, \
            everything else on standard error.

            Examples:
              text chat --system "Answer in one sentence."
              text chat --message "Why is the sky blue?"
              text chat --history talk.jsonl < questions.txt
              text chat --adapter runs/mine
            """)

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var adapterOptions: AdapterOptions
    @Option(help: ArgumentHelp("What the model is told before the conversation.", valueName: "text"))
    var system: String?
    @Option(help: ArgumentHelp("Answer this one message, then leave.", valueName: "text"))
    var message: String?
    @Option(
        help: ArgumentHelp(
            "Go on with the conversation of this file, if there is one, and keep it there.", valueName: "file"))
    var history: String?
    @Flag(help: "Obey lines that begin with '/' from a pipe, too.")
    var commands = false
    @OptionGroup var template: TemplateOptions
    @Option(help: ArgumentHelp("Write at most so many tokens for an answer.", valueName: "count"))
    var maxTokens = 1024
    @Option(help: ArgumentHelp("End an answer before this text. Repeatable.", valueName: "text"))
    var stop: [String] = []
    @Option(
        help: ArgumentHelp("Where the random numbers begin; drawn anew where this is not given.", valueName: "number"))
    var seed: UInt64?
    @Flag(help: "Drop the oldest turns of a conversation that the model cannot hold, instead of refusing it.")
    var truncate = false
    @OptionGroup var cache: PromptCacheOptions
    @OptionGroup(title: "Form of the answers") var constraint: ConstraintOptions
    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        try cache.check(with: adapterOptions)
        if maxTokens < 1 { throw ValidationError("--max-tokens \(maxTokens) is not possible; give 1 or more.") }
        if stop.contains("") { throw ValidationError("--stop is empty; every text ends there.") }
        if constraint.isGiven, !stop.isEmpty {
            throw ValidationError("--stop would spoil what --json-schema, --grammar or --json promises.")
        }
        if history == "" { throw ValidationError("--history is empty; name a file.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "text")
        compute.apply(on: console)
        let chosen = try AdaptedModel(modelOptions, adapterOptions)
        let grammar = try await constraint.read()
        let generator = Generator(try chosen.load())
        let format = try await template.format(of: chosen, tokenizer: generator.model.tokenizer)
        console.tellModelIsLoaded(in: generator.model.loadTime)
        var options = GenerationOptions(
            sampling: try sampling.settings(
                over: generator.model.recommendedSampling, tokenizer: generator.model.tokenizer))
        options.maximumCount = maxTokens
        options.stopStrings = stop + format.stopStrings
        options.endTokens = format.endTokens
        options.grammar = grammar
        options.seed = seed ?? UInt64.random(in: 0..<1 << 32)
        var messages: [ChatMessage] = []
        if let history { messages = try await ChatHistory.read(history, orEmpty: true) }
        if let system { messages = messages.withSystem(system) }
        let session = ChatSession(
            generator: generator, format: format, options: options, truncates: truncate,
            cache: try cache.open(for: generator.model, on: console), messages: messages, historyFile: history,
            console: console)
        let conversation = ChatConversation(
            session, obeysCommands: commands,
            savesCache: { [cacheFile = cache.promptCache] in
                if let cacheFile { try PromptCacheFile.write(session.cache, to: cacheFile) }
            }, console: console)
        try await conversation.run(message: message)
    }
}
