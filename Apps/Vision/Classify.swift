import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import Images
import VisionModels

/// `vision classify`: pictures in, names of what they show out.
struct Classify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what pictures show.",
        discussion: """
            Inputs are PNG and JPEG pictures, folders of them, patterns, or '-' for standard input. One that cannot be \
            read gets a line of its own and does not stop the others.

            Examples:
              vision classify cat.jpg
              vision classify photos/ --top-k 1 --format csv --output names.csv
              vision classify 'scans/*.png' --model runs/cells --threshold 0.5 --format json
            """)

    @Argument(help: ArgumentHelp("Pictures, folders, patterns, or '-'.", valueName: "input"))
    var inputs: [String]

    @OptionGroup var modelOptions: ModelOptions
    @Option(
        name: [.customShort("k"), .long],
        help: ArgumentHelp("Classes that are named for each picture.", valueName: "count"))
    var topK = 5
    @Option(help: ArgumentHelp("Leave out classes that are less probable than this.", valueName: "probability"))
    var threshold = 0.0
    @Option(help: "Form of the result; JSON is one list with an object for each picture.")
    var format = ClassificationFormat.text
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file, whole or not at all; '-' is standard output.", valueName: "file"))
    var output: String?
    @Option(help: ArgumentHelp("Pictures that go through the network together.", valueName: "count"))
    var batchSize = 8
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("Nothing to classify: name at least one picture, folder or '-'.") }
        guard (1...100_000).contains(topK) else {
            throw ValidationError("--top-k \(topK) is not possible; give 1 to 100000.")
        }
        guard (0...1).contains(threshold) else {
            throw ValidationError("--threshold \(threshold) is not possible; give 0 to 1.")
        }
        guard (1...1_024).contains(batchSize) else {
            throw ValidationError("--batch-size \(batchSize) is not possible; give 1 to 1024.")
        }
        if output == "" { throw ValidationError("--output is empty; name a file, or '-'.") }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        let list = InputExpander(extensions: PictureSource.fileExtensions).expand(inputs)
        let path = output == "-" ? nil : output
        if let path { try ResultFile.checkWritable(path) }
        let classifier = try Classifier(ModelFolder(modelOptions.folder(defaultName: Vision.defaultModel)))
        console.tellModelIsLoaded(in: classifier.loadTime)
        let (topK, threshold, batchSize, format) = (topK, threshold, batchSize, format)
        try await runInterruptibly(on: console) {
            let work = ClassificationWork(
                classifier: classifier, topK: topK, threshold: threshold, batchSize: batchSize, console: console)
            let writer = try ClassificationWriter(format, to: path, isSingle: list.isSingle, console)
            return try await work.classify(list, into: writer)
        }
    }
}
