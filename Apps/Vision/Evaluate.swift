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

/// `vision evaluate`: how often a model is right about pictures whose class is known.
struct Evaluate: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, csv }
    enum Part: String, ExpressibleByArgument, CaseIterable { case train, validation, test, all }

    static let configuration = CommandConfiguration(
        abstract: "Measure how often a model is right about pictures whose class is known.",
        discussion: """
            DATA is a folder with one for each class (perhaps within train, validation and test), a folder of IDX files, \
            or a table of paths and labels (.csv). Its classes have to be among the model's. Accuracy comes with a 95 % \
            bootstrap interval; macro F1 is the mean of the classes' F1; the expected calibration error tells how far the \
            probabilities are from how often the model is right.

            Examples:
              vision evaluate cells/test --model runs/cells
              vision evaluate fashion-mnist/ --model fashion --output report.json --confusion confusion.png
              vision evaluate photos.csv --format csv > pictures.csv
            """)

    @Argument(help: ArgumentHelp("Pictures with their classes: a folder, IDX files, or a table.", valueName: "data"))
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
    @Option(help: ArgumentHelp("Draw which class was taken for which, as PNG.", valueName: "file"))
    var confusion: String?
    @Option(help: ArgumentHelp("Pictures that go through the network together.", valueName: "count"))
    var batchSize = 32
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if worst < 0 { throw ValidationError("--worst \(worst) is not possible; give 0 or more.") }
        try checkOption("batch-size", batchSize, 1...1_024)
        for (name, value) in [("output", output), ("confusion", confusion)] where value == "" {
            throw ValidationError("--\(name) is empty; name a file.")
        }
    }

    func run() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        for path in [output, confusion].compactMap({ $0 }) { try ResultFile.checkWritable(path) }
        let folder = try ModelFolder(modelOptions.folder(defaultName: Vision.defaultModel))
        let classifier = try Classifier(folder)
        console.tellModelIsLoaded(in: classifier.loadTime)
        let samples = try samples(labels: classifier.labels, console: console)
        let model = EvaluationReport.Model(
            name: URL(fileURLWithPath: modelOptions.name(defaultName: Vision.defaultModel)).lastPathComponent,
            architecture: classifier.configuration.architecture,
            weightsSHA256: try folder.weightsDigest().hexadecimal, parameterCount: try folder.parameterCount())
        let work = PictureEvaluationWork(classifier: classifier, batchSize: batchSize, console: console)
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
                wallSeconds: (clock.now - start) / .seconds(1),
                environment: EvaluationReport.Environment(
                    version: triptychVersion, kernelLevel: KernelLevel.current.rawValue, threads: Threads.count))
            try presentation.show(report)
            return batch
        }
    }

    private func samples(labels: [String], console: Console) throws -> [PictureSample] {
        let set = try PictureDataSet(path: URL(fileURLWithPath: data).path, labels: labels)
        let found = PictureDataSet.Split.allCases.filter { set.splits[$0] != nil }
        let chosen: [PictureDataSet.Split]
        switch split {
        case nil: chosen = [.test, .validation].first { found.contains($0) }.map { [$0] } ?? found
        case .all: chosen = found
        case .train: chosen = [.training]
        case .validation: chosen = [.validation]
        case .test: chosen = [.test]
        }
        let missing = chosen.first { !found.contains($0) || !set.isDivided && split != nil && split != .all }
        if let missing {
            throw PictureDataError(
                path: data, .missingSplit(missing.rawValue, found: set.isDivided ? found.map(\.rawValue) : []))
        }
        let samples = chosen.flatMap { set.splits[$0] ?? [] }
        let part = set.isDivided ? " (\(chosen.map(\.rawValue).joined(separator: ", ")))" : ""
        console.note("\(samples.count) pictures of \(set.path)\(part)")
        return samples
    }
}
