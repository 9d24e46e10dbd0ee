import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import Images
import VisionModels

/// `vision detect`: pictures in, the same with boxes around what they show out, and a list of it.
struct Detect: AsyncParsableCommand {
    static let defaultModel = "yolos-tiny"

    static let configuration = CommandConfiguration(
        abstract: "Find things in pictures.",
        discussion: """
            Inputs are PNG and JPEG pictures, folders of them, patterns, or '-' for standard input. One that cannot be \
            read gets a line of its own and does not stop the others. Each picture is written again with boxes and names \
            around what was found, and what was found is listed on standard output.

            Examples:
              vision detect street.png
              vision detect photos/ --output drawn --format csv --results found.csv
              vision detect blood.png --model blood-cells --output drawn.png
              vision detect aerial.png --tile 640 --classes car,truck --confidence 0.5
              vision detect photos/ --crops things --no-pictures --quiet
              vision detect photos/ --format yolo --results labels --no-pictures
            """)

    @Argument(help: ArgumentHelp("Pictures, folders, patterns, or '-'.", valueName: "input"))
    var inputs: [String] = []

    @OptionGroup var fileList: FileListOptions
    @OptionGroup var modelOptions: ModelOptions
    @OptionGroup var choice: DetectionChoice
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the picture with its boxes to this file, or pictures into this folder, which mirrors theirs (default: "
                + "detected/).", valueName: "path"))
    var output: String?
    @Flag(help: "Write no pictures.")
    var noPictures = false
    @Option(
        help: ArgumentHelp(
            "Form of the list of what was found; coco and yolo are labels that can be learnt from.",
            valueName: "form"))
    var format = DetectionFormat.text
    @Option(
        help: ArgumentHelp(
            "Write the list to this file, whole or not at all ('-' is standard output), or labels of YOLO into this "
                + "folder.", valueName: "path"))
    var results: String?
    @Option(
        help: ArgumentHelp(
            "Cut out what was found too, into a folder for each class in DIR.", valueName: "dir"))
    var crops: String?
    @Option(
        help: ArgumentHelp(
            "Show the pictures with their boxes on this contact sheet too (.png; further pages are called NAME-2.png "
                + "and so on).", valueName: "file"))
    var sheet: String?
    @Option(help: ArgumentHelp("Pictures that are looked at together.", valueName: "count"))
    var batchSize = 8
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if inputs.isEmpty, fileList.list == nil {
            throw ValidationError("Nothing to look at: name at least one picture, folder or '-'.")
        }
        try checkOption("batch-size", batchSize, 1...1_024)
        for (name, path) in [("output", output), ("results", results), ("crops", crops)] where path == "" {
            throw ValidationError("--\(name) is empty; name a path.")
        }
        if noPictures, output != nil { throw ValidationError("--output writes pictures and --no-pictures does not.") }
        if output == "-" { throw ValidationError("--output - is not possible: pictures go to files alone.") }
        if format == .yolo, results == nil || results == "-" {
            throw ValidationError("--format yolo writes a file for each picture; name a folder with --results.")
        }
        try ContactSheetWriter.checkOption(sheet)
        if [inputs.contains("-"), fileList.readsStandardInput].allSatisfy({ $0 }) {
            throw ValidationError("Standard input can be read once only; give '-' once.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        let list = try fileList.pictures(after: inputs)
        let path = format == .yolo || results == "-" ? nil : results
        for file in [path, sheet].compactMap({ $0 }) { try ResultFile.checkWritable(file) }
        let plan =
            noPictures ? nil : try OutputPlan(for: list, output: output ?? "detected/", fileExtensions: ["png"])
        let detector = try Detector(ModelFolder(modelOptions.folder(defaultName: Self.defaultModel)))
        console.tellModelIsLoaded(in: detector.loadTime)
        let work = DetectionWork(
            detector: detector, options: try choice.options(for: detector), tiling: choice.tiling,
            keepsPictures: plan != nil || crops != nil || sheet != nil,
            pictures: PictureWork(batchSize: batchSize, console: console))
        let (format, results, crops, sheet) = (format, results, crops, sheet)
        try await runInterruptibly(on: console) {
            let labels = detector.labels
            var receivers: [any AnswerReceiver<DetectionAnswer>] = []
            let form: DetectionWriter.Form? =
                switch format {
                case .text: .text
                case .json: .json
                case .csv: .csv
                case .coco, .yolo: nil
                }
            if let form {
                receivers.append(
                    DetectionWriter(form, to: try ResultStream(path, console), isSingle: list.isSingle))
            } else if format == .coco {
                receivers.append(COCOWriter(to: try ResultStream(path, console), labels: labels))
            } else if let results {
                receivers.append(try YOLOWriter(into: results, list, labels: labels))
            }
            if let plan { receivers.append(AnnotatedPictureWriter(plan, console)) }
            if let crops { receivers.append(try CropWriter(into: crops, list, labels: labels, console)) }
            if let sheet { receivers.append(DetectionSheet(sheet, console)) }
            return try await work.detect(list, for: receivers)
        }
    }
}
