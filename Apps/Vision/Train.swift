import ArgumentParser
import CommandLineKit
import Datasets
import VisionModels

/// `vision train`: pictures by class in, a classifier out; pictures with boxes in, a detector out.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a classifier of pictures, or a detector of things in them.",
        discussion: """
            The run's folder receives checkpoints, metrics (JSON Lines, CSV, TensorBoard), a learning curve and a picture \
            of the first batch; given as --model to other verbs, it means its best checkpoint. A run that was stopped or \
            killed goes on with --resume, and ends with the same weights as if it had not been. --help-hidden shows all \
            options.

            Data by classes makes a classifier, data with boxes a detector. With --model a pretrained network is trained \
            further; where the classes are others than its own, its last layer begins anew. A detector can begin with the \
            convolutions of a classifier.

            Examples:
              vision train --data cells/ --model efficientnet-lite0 --output runs/cells
              vision train --data smears/ --model efficientnet-lite0 --any-way-up --output runs/smears
              vision train --data fashion-mnist/ --preset small --max-time 45m --output runs/fashion
              vision train --resume runs/cells --epochs 20
            """)

    @OptionGroup(title: "Model and data") var pictures: PictureOptions
    @OptionGroup(title: "Fine-tuning") var tuning: PictureTuningOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        // Options of a configuration file, or of the run that is resumed, come before those given here.
        try await ConfigurationArguments.completed(self, training).train()
    }

    private func train() async throws {
        let console = verbosity.makeConsole(programName: "vision")
        compute.apply(on: console)
        guard let data = pictures.data else {
            throw ValidationError("--data is missing; name a folder of pictures, of IDX files, or a table.")
        }
        try training.checkFolder()
        if tuning.model != nil, pictures.preset != nil {
            throw ValidationError("--preset is for a model from nothing; leave it or --model out.")
        }
        if try BoxFormat(at: data) != nil {
            let preparation = try DetectorPreparation(pictures, tuning, training, data: data, console: console)
            try await preparation.work().run(training, on: console)
            return
        }
        let preparation = try TrainingPreparation(pictures, tuning, training, data: data, console: console)
        try await preparation.work().run(training, on: console)
    }
}
