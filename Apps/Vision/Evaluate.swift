import ArgumentParser
import Checkpoints
import CommandLineKit
import Datasets
import Evaluation
import Foundation
import Hashing
import Images
import Kernels
import VisionModels

/// `vision evaluate`: how often a model is right about pictures whose class is known, or that show known things.
struct Evaluate: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv }
    enum Part: String, ExpressibleByArgument, CaseIterable { case train, validation, test, all }

    static let configuration = CommandConfiguration(
        abstract: "Measure how often a model is right about pictures of which is known what they show.",
        discussion: """
            For a network that tells classes, DATA is a folder with one for each class (perhaps within train, validation and test), a folder of IDX files, \
            or a table of paths and labels (.csv). Its classes have to be among the model's. Accuracy comes with a 95 % \
            bootstrap interval; macro F1 is the mean of the classes' F1; the expected calibration error tells how far the \
            probabilities are from how often the model is right.

            For a network that finds things, DATA is pictures with boxes: files of COCO's annotations or a folder of \
            them, Pascal VOC's folders, or the data.yaml of a YOLO data set. Told are COCO's twelve numbers and Pascal \
            VOC's, those of each class, and the pictures with the most errors.

            Examples:
              vision evaluate cells/test --model runs/cells
              vision evaluate fashion-mnist/ --model fashion --output report.json --confusion confusion.png
              vision evaluate photos.csv --format csv > pictures.csv
              vision evaluate bccd/ --model blood-cells --curves curves.png --worst 10 --sheet worst.png
            """)

    @Argument(help: ArgumentHelp("Pictures with their classes, or with boxes.", valueName: "data"))
    var data: String

    @OptionGroup var modelOptions: ModelOptions
    @Option(help: "Part of the data (default: test where there is one, else validation, else all).")
    var split: Part?
    @Option(help: ArgumentHelp("Show this many of the pictures that are judged most wrongly.", valueName: "count"))
    var worst = 5
    @Option(help: "Form of what is printed: a summary, the whole report, or one row for each picture.")
    var format = Format.text
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the whole report as JSON to this file too.", valueName: "file"))
    var output: String?
    @Option(help: ArgumentHelp("Draw which class was taken for which, as PNG (classes).", valueName: "file"))
    var confusion: String?
    @Option(help: ArgumentHelp("Draw precision over recall, as PNG (boxes).", valueName: "file"))
    var curves: String?
    @Option(
        help: ArgumentHelp(
            "Draw the --worst pictures, what is there beside what was found, on this sheet (.png; boxes).",
            valueName: "file"))
    var sheet: String?
    @Option(help: ArgumentHelp("Faulty labels whose pictures may be left out (boxes).", valueName: "count"))
    var skipBad: Int?
    @Option(
        help: ArgumentHelp(
            "Pictures that go through the network together (default: 32, with boxes 8).", valueName: "count"))
    var batchSize: Int?
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if worst < 0 { throw ValidationError("--worst \(worst) is not possible; give 0 or more.") }
        try checkOption("batch-size", batchSize, 1...1_024)
        try checkOption("skip-bad", skipBad, 0...Int(Int32.max))
        for (name, value) in files where value == "" { throw ValidationError("--\(name) is empty; name a file.") }
        try ContactSheetWriter.checkOption(sheet)
    }

    private var files: [(name: String, path: String?)] {
        [("output", output), ("confusion", confusion), ("curves", curves), ("sheet", sheet)]
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        for path in files.compactMap(\.path) { try ResultFile.checkWritable(path) }
        let folder = try ModelFolder(modelOptions.folder(defaultName: Vision.defaultModel))
        let model = EvaluatedModel(
            folder: folder,
            name: URL(fileURLWithPath: modelOptions.name(defaultName: Vision.defaultModel)).lastPathComponent)
        if try Detector.recognizes(folder) {
            try await evaluateDetector(model, console)
        } else {
            try await evaluateClassifier(model, console)
        }
    }

    /// A model with what a report says of it.
    private struct EvaluatedModel {
        let folder: ModelFolder
        let name: String

        func description(architecture: String) throws -> EvaluationReport.Model {
            EvaluationReport.Model(
                name: name, architecture: architecture, weightsSHA256: try folder.weightsDigest().hexadecimal,
                parameterCount: try folder.parameterCount())
        }
    }

    private static var environment: EvaluationReport.Environment {
        EvaluationReport.Environment(
            version: triptychVersion, kernelLevel: KernelLevel.current.rawValue, threads: Threads.count)
    }

    // MARK: Classes

    private func evaluateClassifier(_ evaluated: EvaluatedModel, _ console: Console) async throws {
        for (name, isGiven) in [("curves", curves != nil), ("sheet", sheet != nil), ("skip-bad", skipBad != nil)] {
            if isGiven {
                throw ValidationError("--\(name) is for networks that find things; \(evaluated.name) tells classes.")
            }
        }
        if try BoxFormat(at: URL(fileURLWithPath: data).path) != nil {
            throw ValidationError(
                "\(data) holds pictures with boxes, and \(evaluated.name) tells classes; name a --model that finds things."
            )
        }
        let classifier = try Classifier(evaluated.folder)
        console.tellModelIsLoaded(in: classifier.loadTime)
        let samples = try samples(labels: classifier.labels, console: console)
        let model = try evaluated.description(architecture: classifier.configuration.architecture)
        let work = PictureEvaluationWork(classifier: classifier, batchSize: batchSize ?? 32, console: console)
        let presentation = EvaluationPresentation(
            format: format, worst: worst, output: output, confusion: confusion, console: console)
        let (dataName, preprocessing) = (URL(fileURLWithPath: data).lastPathComponent, classifier.preprocessing)
        try await runInterruptibly(on: console) {
            let clock = ContinuousClock()
            let start = clock.now
            let (evaluation, batch) = await work.evaluate(samples)
            if batch.wasInterrupted { return batch }
            let report = evaluation.report(
                model: model, dataName: dataName,
                settings: ["input": .text("\(preprocessing.width) x \(preprocessing.height)")],
                wallSeconds: (clock.now - start) / .seconds(1), environment: Self.environment)
            try presentation.show(report)
            return batch
        }
    }

    private func samples(labels: [String], console: Console) throws -> [PictureSample] {
        let set = try PictureDataSet(path: URL(fileURLWithPath: data).path, labels: labels)
        let chosen = try chosenParts(of: set.splits, isDivided: set.isDivided) { name, found in
            PictureDataError(path: data, .missingSplit(name, found: found))
        }
        let samples = chosen.flatMap { set.splits[$0] ?? [] }
        let part = set.isDivided ? " (\(chosen.map(\.rawValue).joined(separator: ", ")))" : ""
        console.note("\(samples.count) pictures of \(set.path)\(part)")
        return samples
    }

    // MARK: Boxes

    private func evaluateDetector(_ evaluated: EvaluatedModel, _ console: Console) async throws {
        if confusion != nil {
            throw ValidationError("--confusion is for networks that tell classes; \(evaluated.name) finds things.")
        }
        let detector = try Detector(evaluated.folder)
        console.tellModelIsLoaded(in: detector.loadTime)
        let pictures = try pictures(labels: detector.labels, console: console)
        let model = try evaluated.description(architecture: detector.configuration.architecture)
        let work = DetectionEvaluationWork(detector: detector, batchSize: batchSize ?? 8, console: console)
        let presentation = DetectionPresentation(
            format: format, worst: worst, output: output, curves: curves, sheet: sheet, console: console)
        let (dataName, preprocessing) = (URL(fileURLWithPath: data).lastPathComponent, detector.preprocessing)
        let settings: [String: Setting] = [
            "input": .text("\(preprocessing.width) x \(preprocessing.height)"),
            "confidence": .number(work.options.confidence), "suppression": .number(work.options.overlap),
        ]
        try await runInterruptibly(on: console) {
            let clock = ContinuousClock()
            let start = clock.now
            let (evaluation, batch) = await work.evaluate(pictures)
            if batch.wasInterrupted { return batch }
            let report = evaluation.report(
                model: model, dataName: dataName, settings: settings, wallSeconds: (clock.now - start) / .seconds(1),
                environment: Self.environment)
            try presentation.show(evaluation, report)
            return batch
        }
    }

    private func pictures(labels: [String], console: Console) throws -> [AnnotatedPicture] {
        let set = try BoxDataSet(path: URL(fileURLWithPath: data).path, labels: labels, skippingBad: skipBad ?? 0)
        for error in set.bad { console.error("left out: \(error)".escapingControlCharacters()) }
        let chosen = try chosenParts(of: set.splits, isDivided: set.isDivided) { name, found in
            BoxDataError(path: data, .missingSplit(name, found: found))
        }
        let pictures = chosen.flatMap { set.splits[$0] ?? [] }
        let part = set.isDivided ? " (\(chosen.map(\.rawValue).joined(separator: ", ")))" : ""
        let count = pictures.reduce(0) { $0 + $1.boxes.count }
        console.note("\(pictures.count) pictures of \(set.path)\(part) with \(count) boxes")
        return pictures
    }

    // MARK: Parts of the data

    /// - Parameter missing: the error where there is no part of that name.
    private func chosenParts<Sample, Missing: Error>(
        of splits: [PictureDataSet.Split: [Sample]], isDivided: Bool,
        missing: (_ name: String, _ found: [String]) -> Missing
    ) throws(Missing) -> [PictureDataSet.Split] {
        let found = PictureDataSet.Split.allCases.filter { splits[$0] != nil }
        let chosen: [PictureDataSet.Split]
        switch split {
        case nil: chosen = [.test, .validation].first { found.contains($0) }.map { [$0] } ?? found
        case .all: chosen = found
        case .train: chosen = [.training]
        case .validation: chosen = [.validation]
        case .test: chosen = [.test]
        }
        let absent = chosen.first { !found.contains($0) || !isDivided && split != nil && split != .all }
        if let absent { throw missing(absent.rawValue, isDivided ? found.map(\.rawValue) : []) }
        return chosen
    }
}
