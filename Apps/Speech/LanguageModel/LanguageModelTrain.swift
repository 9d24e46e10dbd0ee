import ArgumentParser
import CommandLineKit
import Datasets
import Decoding
import Foundation
import SpeechModels

/// `speech lm`: language models of n-grams.
struct LanguageModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lm", abstract: "Make language models of n-grams.", subcommands: [LanguageModelTrain.self])
}

/// `speech lm train`: texts in, an ARPA file out.
struct LanguageModelTrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Estimate a language model of n-grams from texts.",
        discussion: """
            Modified Kneser-Ney smoothing, as KenLM's lmplz has it. A text file (.txt) has a sentence a line; of \
            recordings with their texts, in every form that 'speech train' knows, the texts are taken, without those for \
            validation and testing where the data is divided. The texts are written as the recognizer writes them.

            Examples:
              speech lm train books.txt --output english.arpa
              speech lm train recordings.tsv books.txt --order 4 --output words.arpa
            """)

    @Argument(help: ArgumentHelp("Texts (.txt), or recordings with their texts.", valueName: "data"))
    var data: [String]
    @Option(help: ArgumentHelp("Words of the longest n-grams.", valueName: "count"))
    var order = 3
    @Option(
        help:
            "How texts are written: words (lower case, without punctuation but apostrophes), or none for as they are.")
    var spelling = TargetSpelling.words
    @Option(name: .shortAndLong, help: ArgumentHelp("The ARPA file that is written.", valueName: "file"))
    var output: String
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        try checkOption("order", order, NGramEstimator.orders)
        if data.isEmpty { throw ValidationError("Nothing to learn from: name at least one file or folder.") }
        if output == "" { throw ValidationError("--output is empty; name a file.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        try ResultFile.checkWritable(output)
        var estimator = NGramEstimator(order: order)
        for path in data {
            for text in try Self.texts(path) {
                estimator.add(spelling.spelled(text).split(separator: " ").map(String.init))
            }
        }
        let model = try estimator.estimate()
        try ResultFile.write(model.arpa(), to: output)
        let counts = model.counts.map(String.init).joined(separator: ", ")
        console.note(
            "\(estimator.sentenceCount) sentences of \(estimator.wordCount) words; n-grams by length: \(counts)")
    }

    private static func texts(_ path: String) throws -> [String] {
        if path.hasSuffix(".txt"), !path.hasSuffix(".trans.txt") {
            guard let contents = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
                throw NGramError.unreadable(file: path, reason: "no such file, or reading it is not permitted")
            }
            guard let text = String(validating: contents, as: UTF8.self) else {
                throw NGramError.malformed(file: path, line: 1, .notUTF8)
            }
            return text.split(whereSeparator: \.isNewline).map(String.init)
        }
        return try TranscriptManifest(path: path).recordings.compactMap { entry in
            let recording = try entry.get()
            return recording.split == nil || recording.split == .training ? recording.text : nil
        }
    }
}
