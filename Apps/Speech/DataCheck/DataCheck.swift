import ArgumentParser
import Checkpoints
import CommandLineKit
import Datasets
import Foundation
import ModelCatalog
import SpeechModels

/// `speech data check`: what is wrong with recordings that a model is to learn from.
struct DataCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find what is wrong with recordings that a model is to learn from.",
        discussion: """
            DATA is what 'speech train --data' takes: a table of paths and texts (.tsv, .csv), JSON Lines (.jsonl), or a \
            folder. Found are faulty lines, recordings that cannot be read, are damaged, silent, clipped, too long, or too \
            short for their text, texts that are empty or have characters that a model cannot write, and the same sound \
            more than once (within a part of the data, in two parts, with two texts). Worth knowing, but no problem, are \
            soft recordings, rare characters, texts much longer or shorter than what is said in that time, speakers in \
            two parts, texts that come very often, and several sampling rates or numbers of channels.

            Told are also hours, speakers, words and lengths. The exit status is 1 where there is a problem.

            Examples:
              speech data check recordings.tsv
              speech data check train.tsv --validation dev.tsv
              speech data check recordings.jsonl --model runs/mine --format json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Argument(help: ArgumentHelp("Recordings with their texts: .tsv, .csv, .jsonl, or folders.", valueName: "data"))
    var data: [String]

    @Option(
        help: ArgumentHelp("Recordings to judge by, which are compared with those of data.", valueName: "data"))
    var validation: String?
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A model that spells: its alphabet and its way of writing are those that texts have to keep to.",
            valueName: "name|folder"))
    var model: String?
    @Option(
        help:
            "How texts are written: words (lower case, without punctuation but apostrophes), lower, or none for as they are (default: words)."
    )
    var spelling: TargetSpelling?
    @Option(help: "Form of the result.")
    var format = Format.text
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        for (name, value) in [("validation", validation), ("model", model)] where value == "" {
            throw ValidationError("--\(name) must not be empty.")
        }
        if data.isEmpty { throw ValidationError("Nothing to check: name at least one table or folder.") }
        if validation != nil, data.count > 1 {
            throw ValidationError("--validation is for one data set; \(data.count) were named.")
        }
        if model != nil, spelling != nil {
            throw ValidationError("--spelling is not for use with --model, which has its own.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        compute.apply(on: console)
        let rules = try model.map { try ModelSpelling(reading: ModelFolder(ModelCatalog.locate($0))) }
        let (data, validation, spelling, format) = (data, validation, spelling, format)
        try await runInterruptibly(on: console) { () async throws -> Void in
            var files: [DataCheckReport.File] = []
            var (hasFailed, problemCount) = (false, 0)
            for path in data {
                let check: RecordingCheck
                do {
                    check = RecordingCheck(
                        try TranscriptManifest(path: path),
                        validation: try validation.map { try TranscriptManifest(path: $0) },
                        spelling: rules?.spelling ?? spelling ?? .words, tokenizer: rules?.tokenizer)
                } catch {
                    console.error("\(error)".escapingControlCharacters())
                    hasFailed = true
                    continue
                }
                let facts = try await RecordingFacts.read(check, on: console)
                let report = DataCheckReport(path: path, check: check, report: check.report(facts))
                if format == .text { try console.write(report.text) }
                files.append(report.file)
                problemCount += report.report.problemCount
            }
            if format == .json { try console.write(try DataFindingRecord.json(files)) }
            if hasFailed || problemCount > 0 { throw ExitCode(1) }
        }
    }
}
