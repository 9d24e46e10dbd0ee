public import ArgumentParser
import Audio
import Checkpoints
import CommandLineKit
import Foundation
import Kernels
import SpeechModels

/// `speech transcribe`: recordings in, words out.
struct Transcribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write down what is said in recordings.",
        discussion: """
            Inputs are sound files in any common format, folders of them, patterns, or '-' for standard input. One that \
            cannot be read gets a line of its own and does not stop the others.

            Examples:
              speech transcribe talk.wav
              speech transcribe interviews/ --format srt --output subtitles/
            """)

    @Argument(help: ArgumentHelp("Sound files, folders, patterns, or '-'.", valueName: "input"))
    var inputs: [String]

    @OptionGroup var modelOptions: ModelOptions
    @Option(
        help: ArgumentHelp(
            "Spoken language, as a code or an English name; multilingual models detect it where this is not given.",
            valueName: "language"))
    var language: String?
    @Option(help: "Write in the spoken language (transcribe), or in English (translate; multilingual models only).")
    var task = TranscriptionOptions.Task.transcribe
    @Flag(inversion: .prefixedNo, help: "Let the model tell when each phrase begins and ends.")
    var timestamps = true
    @OptionGroup var output: OutputOptions<TranscriptFormat>
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("Nothing to transcribe: name at least one file, folder or '-'.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        compute.apply(on: console)
        let list = InputExpander(extensions: AudioFormat.commonFileExtensions).expand(inputs)
        let plan = try output.plan(for: list)
        let format = output.format
        if !list.isSingle, format.isDocument, plan.writesToStandardOutput {
            console.error("--format \(format.rawValue) with several inputs needs --output FOLDER")
            throw ExitCode.validationFailure
        }
        var options = TranscriptionOptions()
        options.language = language
        options.task = task
        options.usesTimestamps = timestamps
        let transcriber = try Transcriber(
            ModelFolder(modelOptions.folder(defaultName: "whisper-tiny.en")),
            voiceActivityDetector: locatedVoiceActivityDetector(on: console))
        _ = try transcriber.languageCode(for: options)
        console.detail("model loaded in \(milliseconds(transcriber.loadTime)), kernels \(KernelLevel.current.rawValue)")
        let work = TranscriptionWork(
            transcriber: transcriber, options: options, format: format, plan: plan, isSingle: list.isSingle,
            console: console)
        try await runInterruptibly(on: console) {
            await Batch(on: console).run(list, done: "transcribed") { input, position in
                try await work.transcribe(input, position)
            }
        }
    }
}

extension TranscriptionOptions.Task: ExpressibleByArgument {}
