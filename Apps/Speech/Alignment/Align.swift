import ArgumentParser
import Audio
import CommandLineKit
import Foundation
import SpeechModels

/// `speech align`: recordings and what is said in them in, the times of words out.
struct Align: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out when each word of a known text is spoken.",
        discussion: """
            INPUT is a recording (or '-') whose text --text or --text-file gives, a segment a line; or many of both: a table of \
            paths and texts (.tsv, .csv), JSON Lines with "audio" and "text" (.jsonl), or a folder in a known layout.

            Models that spell (from 'speech train') take recordings of any length. Whisper models take up to 30 seconds. \
            A confidence says how well the sound fits the words, from 0 to 1.

            Examples:
              speech align talk.wav --text-file talk.txt --output talk.srt
              speech align greeting.wav --text "Hello and welcome." --words
              speech align list.tsv --model runs/mine --format json --output aligned/
            """)

    @Argument(help: ArgumentHelp("A recording, '-', or a list or folder of recordings with texts.", valueName: "input"))
    var input: String

    @Option(help: ArgumentHelp("What is said in the recording.", valueName: "text"))
    var text: String?
    @Option(help: ArgumentHelp("A file with what is said, in UTF-8: each line is a segment.", valueName: "file"))
    var textFile: String?
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var adapterOptions: AdapterOptions
    @Option(
        help: ArgumentHelp(
            "Spoken language, for multilingual Whisper models (default: detected).", valueName: "language"))
    var language: String?
    @Flag(help: "A row or subtitle for each word instead of each segment; json and textgrid have both.")
    var words = false
    @Option(
        help: ArgumentHelp("Tell of segments whose confidence is below this; 0 tells of none.", valueName: "number"))
    var warnBelow = 0.2
    @OptionGroup var output: OutputOptions<AlignmentFormat>
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if text != nil, textFile != nil { throw ValidationError("--text and --text-file exclude each other.") }
        if textFile == "" { throw ValidationError("--text-file is empty; name a file.") }
        if input == "-", text == nil, textFile == nil {
            throw ValidationError("Sound from '-' needs its text: give --text or --text-file.")
        }
        try check(warnBelow, "--warn-below", in: 0...1)
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        compute.apply(on: console)
        let texts = try AlignmentInputs(input: input, text: text, textFile: textFile)
        let plan = try output.plan(for: texts.list)
        if !texts.list.isSingle, plan.writesToStandardOutput, let format = output.formats.first, format != .json {
            console.error("--format \(format.rawValue) with several recordings needs --output FOLDER")
            throw ExitCode.validationFailure
        }
        let recognizer = try AdaptedModel(modelOptions, adapterOptions).recognizer(languageModel: nil, on: console)
        var options = TranscriptionOptions()
        options.language = language
        try recognizer.validate(options)
        console.tellModelIsLoaded(in: recognizer.loadTime)
        let work = AlignmentWork(
            recognizer: recognizer, options: options, formats: output.formats, byWord: words,
            leastConfidence: warnBelow,
            plan: plan, console: console)
        try await runInterruptibly(on: console) {
            await Batch(on: console).run(texts.items, name: \.input.displayName, done: "aligned") { item, position in
                try await work.align(item, position)
            }
        }
    }
}
