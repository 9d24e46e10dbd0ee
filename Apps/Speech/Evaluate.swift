public import ArgumentParser
import Audio
import Checkpoints
import CommandLineKit
public import Datasets
import Evaluation
import Foundation
import Hashing
import Kernels
import SpeechModels

/// `speech evaluate`: how often a model errs on recordings whose words are known.
struct Evaluate: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv }

    static let configuration = CommandConfiguration(
        abstract: "Measure how often a model errs on recordings whose words are known.",
        discussion: """
            DATA is a table of paths and texts between tabs (.tsv) or commas (.csv), JSON Lines with "audio" and "text" \
            (.jsonl), or a folder: in LibriSpeech's, LJ Speech's or Common Voice's layout, with files called \
            label_speaker_number.wav, or with a folder for each word. Word and character error rate come with a \
            95 % bootstrap interval. A rate means little without its normalizer: 'basic' compares lower-case words \
            without punctuation; 'english' has Whisper's rules for contractions, numbers and spelling too, on which \
            most published English rates stand; 'none' compares the texts as they are.

            Examples:
              speech evaluate librispeech/test-clean --output report.json
              speech evaluate recordings.tsv --normalizer english --worst 20
              speech evaluate recordings.csv --format csv > errors.csv
            """)

    @Argument(help: ArgumentHelp("Recordings with their texts: .tsv, .csv, .jsonl, or a folder.", valueName: "data"))
    var data: String

    @Option(help: "The part of data that is divided: train, validation or test; all of it where this is not given.")
    var split: TranscribedRecording.Split?
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var adapterOptions: AdapterOptions
    @OptionGroup var decoding: DecodingOptions
    @Flag(help: "Hear recordings as 'transcribe --stream' does, to learn what that costs.")
    var stream = false
    @Option(help: "What is done to both texts before they are compared.")
    var normalizer = TextNormalizer.basic
    @Option(help: ArgumentHelp("Show this many of the items with the most errors.", valueName: "count"))
    var worst = 5
    @Option(
        help: ArgumentHelp(
            "Show this many of the words that are most often taken for others, left out and invented.",
            valueName: "count"))
    var wordErrors = 10
    @Option(help: "Form of what is printed: a summary, the whole report, or one row for each recording.")
    var format = Format.text
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the whole report as JSON to this file too.", valueName: "file"))
    var output: String?
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if worst < 0 { throw ValidationError("--worst \(worst) is not possible; give 0 or more.") }
        if wordErrors < 0 { throw ValidationError("--word-errors \(wordErrors) is not possible; give 0 or more.") }
        if output == "" { throw ValidationError("--output is empty; name a file.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        compute.apply(on: console)
        if let output { try ResultFile.checkWritable(output) }
        let manifest = try TranscriptManifest(path: data).part(split)
        let chosen = try AdaptedModel(modelOptions, adapterOptions)
        let transcriber = try chosen.recognizer(languageModel: decoding.languageModel.fusion(), on: console)
        let options = decoding.transcriptionOptions
        try transcriber.validate(options)
        let model = EvaluationReport.Model(
            name: chosen.name, architecture: transcriber.architecture,
            weightsSHA256: try chosen.folder.weightsDigest().hexadecimal,
            parameterCount: try chosen.folder.parameterCount())
        let work = EvaluationWork(
            transcriber: transcriber, options: options, normalizer: normalizer, isStreaming: stream, console: console)
        var settings = transcriber.settings(options, decoding.languageModel)
        if stream { settings["stream"] = .flag(true) }
        let (dataName, reported) = (URL(fileURLWithPath: data).lastPathComponent, settings)
        let (format, output, worst, wordErrors) = (format, output, worst, wordErrors)
        try await runInterruptibly(on: console) {
            let (evaluation, batch) = await work.evaluate(manifest)
            if batch.wasInterrupted { return batch }
            let report = evaluation.report(
                model: model, dataName: dataName, settings: reported,
                environment: EvaluationReport.Environment(
                    version: triptychVersion, kernelLevel: KernelLevel.current.rawValue, threads: Threads.count))
            if let output { try ResultFile.write(report.json(), to: output) }
            let text =
                switch format {
                case .text: report.summary(worstItemCount: worst, wordErrorCount: wordErrors)
                case .json: try report.json()
                case .csv: report.itemTable()
                }
            try console.write(text)
            return batch
        }
    }
}

extension TranscribedRecording.Split: ExpressibleByArgument {}
