import ArgumentParser
import CommandLineKit
import Foundation
import TextModels
import Training

/// `text train`: a corpus in, a model out.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a language model from nothing.",
        discussion: """
            The run's folder receives checkpoints, metrics (JSON Lines, CSV, TensorBoard) and a learning curve; given as \
            --model to other verbs, it means its best checkpoint. A run that was stopped or killed goes on with --resume, \
            and ends with the same weights as if it had not been. --help-hidden shows all options.

            Examples:
              text train --data corpus.txt --output runs/first
              text train --data books/ --preset 15m --epochs 4 --output runs/books
              text train --resume runs/books --epochs 6
            """)

    @OptionGroup(title: "Model and data") var language: LanguageOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        // Options of a configuration file, or of the run that is resumed, come before those given here.
        let given = Array(CommandLine.arguments.drop { $0 != Self._commandName }.dropFirst())
        let command = try ConfigurationArguments.completed(self, training, given: given)
        try await command.train()
    }

    private func train() async throws {
        let console = verbosity.makeConsole(programName: "text")
        compute.apply(on: console)
        if language.data.isEmpty {
            throw ValidationError("--data is missing; name a text file, a folder or a .jsonl file.")
        }
        if training.resume == nil, training.output == nil, !training.dryRun {
            throw ValidationError("--output is missing; name the run's folder.")
        }
        let preparation = try LanguagePreparation(language, training, console: console)
        try await preparation.work().run(training, on: console)
    }
}
