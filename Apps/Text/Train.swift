import ArgumentParser
import Checkpoints
import CommandLineKit
import Foundation
import ModelCatalog
import TextModels
import Training

/// `text train`: a corpus in, a model out.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a language model, from nothing or from a pretrained one.",
        discussion: """
            The run's folder receives checkpoints, metrics (JSON Lines, CSV, TensorBoard) and a learning curve; given as \
            --model to other verbs, it means its best checkpoint. A run that was stopped or killed goes on with --resume, \
            and ends with the same weights as if it had not been. --help-hidden shows all options.

            With --model a pretrained model is trained further: on texts, or on rows with answers (JSON Lines with \
            "messages", with "prompt" and "completion", or with "instruction" and "output"), of which only the answers are \
            learnt.

            Examples:
              text train --data corpus.txt --output runs/first
              text train --data books/ --preset 15m --epochs 4 --output runs/books
              text train --resume runs/books --epochs 6
              text train --model smollm2-135m-instruct --lora 8 --data chats.jsonl --output runs/mine
            """)

    @OptionGroup(title: "Model and data") var language: LanguageOptions
    @OptionGroup(title: "Fine-tuning") var fineTuning: FineTuningOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        // Options of a configuration file, or of the run that is resumed, come before those given here.
        try await ConfigurationArguments.completed(self, training).train()
    }

    private func train() async throws {
        let console = verbosity.makeConsole(programName: "text")
        compute.apply(on: console)
        if language.data.isEmpty {
            throw ValidationError("--data is missing; name a text file, a folder or a .jsonl file.")
        }
        try training.checkFolder()
        guard let model = fineTuning.model else {
            let preparation = try LanguagePreparation(language, training, console: console)
            return try await preparation.work().run(training, on: console)
        }
        let template = try await fineTuning.template.read()
        let preparation = try FineTuningPreparation(
            language, fineTuning, training, model: model, template: template, console: console)
        try await preparation.work().run(training, on: console)
        guard fineTuning.adapters.merge, let run = training.resume ?? training.output else { return }
        let merged = URL(fileURLWithPath: run + "/merged", isDirectory: true)
        // Of the same run, before it was gone on with.
        if FileManager.default.fileExists(atPath: merged.path) { try FileManager.default.removeItem(at: merged) }
        try MergedModel(
            ModelFolder(ModelCatalog.locate(model)), AdapterFolder(URL(fileURLWithPath: run))
        ).write(to: merged, on: console)
    }
}
