import ArgumentParser
import Checkpoints
import CommandLineKit
import ModelCatalog
import SpeechModels

/// `speech train`: recordings with their texts in, a recognizer out.
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a recognizer of speech.",
        discussion: """
            DATA is a table of paths and texts between tabs (.tsv) or commas (.csv), JSON Lines with "audio" and "text" \
            (.jsonl), or a folder: in LibriSpeech's, LJ Speech's or Common Voice's layout, with files called \
            label_speaker_number.wav, or with a folder for each word. A column or key "speaker" tells who speaks.

            The run's folder receives checkpoints, metrics (JSON Lines, CSV, TensorBoard) and a learning curve; given as \
            --model to other verbs, it means its best checkpoint. A run that was stopped or killed goes on with --resume, \
            and ends with the same weights as if it had not been. --help-hidden shows all options.

            With --model a pretrained Whisper is trained further: all of it, one half (--freeze), or adapters beside it (--lora). \
            With --head ctc its encoder gets a new layer, and spells what it hears. A model that spells goes on with its own \
            alphabet, or with --head ctc a new one.

            Examples:
              speech train --data recordings.tsv --output runs/mine
              speech train --data fsdd/recordings --preset 1m --join 7 --max-time 30m --output runs/digits
              speech train --data LibriSpeech/train-clean-5 --validation-speakers 118,1867 --output runs/libri
              speech train --resume runs/libri --epochs 90
              speech train --model whisper-tiny.en --data calls.tsv --output runs/calls
              speech train --model whisper-tiny.en --head ctc --data calls.tsv --output runs/spelling
              speech train --model runs/libri --head ctc --whole-words --data commands/ --output runs/commands
            """)

    @OptionGroup(title: "Model and data") var recordings: RecordingOptions
    @OptionGroup(title: "Fine-tuning") var fineTuning: FineTuningOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var verbosity: VerbosityOptions

    func run() async throws {
        // Options of a configuration file, or of the run that is resumed, come before those given here.
        try await ConfigurationArguments.completed(self, training).train()
    }

    private func train() async throws {
        let console = verbosity.makeConsole(programName: "speech")
        compute.apply(on: console)
        guard let data = recordings.data else {
            throw ValidationError("--data is missing; name a table of recordings and texts, or a folder.")
        }
        try training.checkFolder()
        guard let model = fineTuning.model else {
            let preparation = try TrainingPreparation(recordings, training, data: data, console: console)
            return try await preparation.work().run(training, on: console)
        }
        if try fineTuning.head != nil || CTCTuning.spells(ModelFolder(ModelCatalog.locate(model))) {
            let preparation = try SpellingPreparation(
                recordings, fineTuning, training, model: model, data: data, console: console)
            return try await preparation.work().run(training, on: console)
        }
        let preparation = try FineTuningPreparation(
            recordings, fineTuning, training, model: model, data: data, console: console)
        try await preparation.work().run(training, on: console)
        guard fineTuning.adapters.merge, let run = training.resume ?? training.output else { return }
        try MergedRecognizer.write(run: run, model: model, on: console)
    }
}
