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

            --help-hidden lists the rest of the options: search, thresholds, voice activity, subtitles.

            Examples:
              speech transcribe talk.wav
              speech transcribe interviews/ --format srt,json --output subtitles/ --skip-existing
              speech transcribe talk.mp3 --output talk.vtt --max-line-width 42 --highlight-words
              arecord -f S16_LE -r 16000 -t raw | speech transcribe --stream --model runs/mine -
            """)

    @Argument(help: ArgumentHelp("Sound files, folders, patterns, or '-'.", valueName: "input"))
    var inputs: [String]

    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var adapterOptions: AdapterOptions
    @Option(help: "Write in the spoken language (transcribe), or in English (translate; multilingual models only).")
    var task = TranscriptionOptions.Task.transcribe
    @OptionGroup var decoding: DecodingOptions
    @Flag(help: "Find out when each word is spoken: in JSON, and for the shape of subtitles.")
    var wordTimestamps = false
    @OptionGroup var output: OutputOptions<TranscriptFormat>
    @OptionGroup var subtitles: SubtitleOptions
    @OptionGroup var streaming: StreamOptions
    @Flag(help: "Pass over inputs whose results are there already.")
    var skipExisting = false
    @OptionGroup var jobOptions: JobOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("Nothing to transcribe: name at least one file, folder or '-'.") }
        if skipExisting, output.writesToStandardOutput {
            throw ValidationError("--skip-existing needs --output, to know where results may be already.")
        }
        if streaming.stream, skipExisting {
            throw ValidationError("--stream and --skip-existing exclude each other.")
        }
        if streaming.stream, !decoding.vad {
            throw ValidationError("--stream finds lines by the pauses between them; leave --no-vad out.")
        }
        if !subtitles.isEmpty, !output.formats.contains(where: \.isSubtitles) {
            throw ValidationError("There are no subtitles to shape; give --format srt, vtt or lrc.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        compute.apply(on: console)
        let list = InputExpander(extensions: AudioFormat.commonFileExtensions).expand(inputs)
        let plan = try output.plan(for: list)
        if !list.isSingle, plan.writesToStandardOutput, let format = output.formats.first, !format.joins {
            console.error("--format \(format.rawValue) with several inputs needs --output FOLDER")
            throw ExitCode.validationFailure
        }
        var options = decoding.transcriptionOptions
        options.task = task
        options.findsWordTimes = wordTimestamps || subtitles.layout.needsWordTimes
        let transcriber = try AdaptedModel(modelOptions, adapterOptions)
            .recognizer(languageModel: decoding.languageModel.fusion(), on: console)
        try transcriber.validate(options)
        console.tellModelIsLoaded(in: transcriber.loadTime)
        if streaming.stream {
            guard list.isSingle, let input = list.inputs.first else {
                if let failure = list.items.first, case .failure(let error) = failure, list.isSingle { throw error }
                console.error("--stream hears one thing at a time: name '-' or one file")
                throw ExitCode.validationFailure
            }
            let work = StreamingWork(
                transcriber: transcriber, options: options, settings: streaming.settings,
                rawSampleRate: streaming.rawSampleRate, formats: output.formats, layout: subtitles.layout, plan: plan,
                input: input, console: console)
            // The last line is still to be heard and written after Ctrl-C.
            return try await runInterruptibly(on: console, patience: 15) { try await work.run() }
        }
        let jobs = jobOptions.count(inputCount: list.inputs.count, threadCount: Threads.count)
        // One caller has the helpers and the others compute alone, so all together keep to the threads asked for.
        if jobs > 1 { Threads.setCount(max(1, Threads.count - jobs + 1)) }
        let outputs = OrderedOutput(on: console)
        let progress =
            jobs > 1 ? JobProgress(on: console, unit: .secondsOfAudio, inputCount: list.items.count) : nil
        let work = TranscriptionWork(
            transcriber: transcriber, options: options, formats: output.formats, layout: subtitles.layout, plan: plan,
            skipsExisting: skipExisting, isSingle: list.isSingle, console: console, output: outputs,
            progress: progress)
        try await runInterruptibly(on: console) {
            defer { progress?.finish() }
            return await Batch(on: console).run(list, jobs: jobs, done: "transcribed") { position in
                try outputs.end(position.number)
            } _: { input, position in
                try await work.transcribe(input, position)
            }
        }
    }
}

extension TranscriptionOptions.Task: ExpressibleByArgument {}
