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
            read gets a line of its own and does not stop the others. With --similar, pictures are not named but ranked \
            by how similar they are to one.

            Examples:
              vision classify cat.jpg
              vision classify photos/ --top-k 1 --format csv --output names.csv
              vision classify 'scans/*.png' --model runs/cells --format json
              vision classify inbox/ -k 1 --threshold 0.6 --sort-into sorted --sort-by move
              vision classify photos/ --similar cat.jpg --top-k 10
              vision classify photos/ --embed features.safetensors
              find . -name '*.jpg' -print0 | vision classify --files-from -
            """)

    @Argument(help: ArgumentHelp("Pictures, folders, patterns, or '-'.", valueName: "input"))
    var inputs: [String] = []

    @OptionGroup var fileList: FileListOptions
    @OptionGroup var modelOptions: ModelOptions
    @Option(
        name: [.customShort("k"), .long],
        help: ArgumentHelp(
            "Classes that are named for each picture (default: 5); with --similar, pictures that are listed (default: "
                + "all).", valueName: "count"))
    var topK: Int?
    @Option(
        help: ArgumentHelp(
            "Leave out classes that are less probable than this, or pictures that are less similar.",
            valueName: "number"))
    var threshold = 0.0
    @Option(help: "Form of the result; JSON is one list with an object for each picture.")
    var format = ClassificationFormat.text
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file, whole or not at all; '-' is standard output.", valueName: "file"))
    var output: String?
    @OptionGroup var sorting: SortingOptions
    @Option(
        help: ArgumentHelp(
            "Rank the pictures by how similar their features are to this one's: cosines, 1 for the same.",
            valueName: "picture"))
    var similar: String?
    @Option(
        help: ArgumentHelp(
            "Write the features of each picture, a vector, to this file too (.safetensors, .csv or .jsonl).",
            valueName: "file"))
    var embed: String?
    @Option(
        help: ArgumentHelp(
            "Show the pictures with the best class of each on this contact sheet too (.png; further pages are called "
                + "NAME-2.png and so on).", valueName: "file"))
    var sheet: String?
    @Option(help: ArgumentHelp("Pictures that go through the network together.", valueName: "count"))
    var batchSize = 8
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if inputs.isEmpty, fileList.list == nil {
            throw ValidationError("Nothing to classify: name at least one picture, folder or '-'.")
        }
        try checkOption("top-k", topK, 1...100_000)
        guard (0...1).contains(threshold) else {
            throw ValidationError("--threshold \(threshold) is not possible; give 0 to 1.")
        }
        try checkOption("batch-size", batchSize, 1...1_024)
        if output == "" { throw ValidationError("--output is empty; name a file, or '-'.") }
        if let embed, FeatureFile.Format(path: embed) == nil {
            throw ValidationError("--embed \(embed) tells no form; let the name end in .safetensors, .csv or .jsonl.")
        }
        try ContactSheetWriter.checkOption(sheet)
        if sheet != nil, similar != nil {
            throw ValidationError("--similar names no classes to show; run --sheet apart.")
        }
        let readers = [inputs.contains("-"), fileList.readsStandardInput, similar == "-"].filter { $0 }
        if readers.count > 1 { throw ValidationError("Standard input can be read once only; give '-' once.") }
        if sorting.sortInto != nil, inputs.contains("-") {
            throw ValidationError("Standard input is no file that --sort-into could put anywhere; name files.")
        }
        if sorting.sortInto != nil, similar != nil {
            throw ValidationError("--similar names no classes to sort by; run --sort-into apart.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        let list = try fileList.pictures(after: inputs)
        let path = output == "-" ? nil : output
        if let path { try ResultFile.checkWritable(path) }
        if let embed { try ResultFile.checkWritable(embed) }
        if let sheet { try ResultFile.checkWritable(sheet) }
        let modelName = modelOptions.name(defaultName: Vision.defaultModel)
        let classifier = try Classifier(ModelFolder(modelOptions.folder(defaultName: Vision.defaultModel)))
        console.tellModelIsLoaded(in: classifier.loadTime)
        let work = ClassificationWork(
            classifier: classifier, topK: topK ?? 5, threshold: threshold,
            pictures: PictureWork(batchSize: batchSize, console: console))
        let (similar, topK, threshold, format) = (similar, topK, threshold, format)
        let (sorting, embed, sheet) = (sorting, embed, sheet)
        try await runInterruptibly(on: console) {
            let stream = try ResultStream(path, keepsPartial: sorting.movesPictures, console)
            var receivers: [any AnswerReceiver<PictureAnswer>] = []
            if let similar {
                let query = try await work.features(
                    of: similar == "-" ? .piped : Input(.file(path: similar), relativePath: similar))
                receivers.append(
                    SimilarityRanking(
                        to: query, count: topK ?? .max, threshold: threshold, format, to: stream))
            } else {
                receivers.append(ClassificationWriter(format, to: stream, isSingle: list.isSingle))
            }
            if let embed, let format = FeatureFile.Format(path: embed) {
                receivers.append(
                    try FeatureFile(
                        embed, format, width: classifier.configuration.featureWidth,
                        names: list.inputs.map(\.displayName), model: modelName))
            }
            if let sheet { receivers.append(SheetReceiver(sheet, console)) }
            if let sorter = sorting.sorter(labels: classifier.labels, console) { receivers.append(sorter) }
            return try await work.classify(list, for: receivers)
        }
    }
}
