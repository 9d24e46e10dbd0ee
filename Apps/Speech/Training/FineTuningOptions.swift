public import ArgumentParser
import CommandLineKit
public import SpeechModels

/// What `speech train` does with a pretrained model.
struct FineTuningOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Train this Whisper further, instead of a network from nothing: a fetched model by its name, or a model folder.",
            valueName: "name|folder"))
    var model: String?
    @Option(help: "The half of the model that stays as it is.")
    var freeze: WhisperFineTuning.Part?
    @Option(
        help: ArgumentHelp(
            "Language of the recordings, as a code or an English name; multilingual models need it.",
            valueName: "language"))
    var language: String?
    @OptionGroup var adapters: LowRankOptions
    @Option(
        help: ArgumentHelp(
            "Part of the texts that are learnt with timestamps.", valueName: "fraction", visibility: .hidden))
    var timestampShare: Float?

    func validate() throws {
        if model == "" { throw ValidationError("--model is empty; give a name or a folder.") }
        try checkOption("timestamp-share", timestampShare, 0...1)
        let given: [(name: String, isGiven: Bool)] = [
            ("freeze", freeze != nil), ("language", language != nil), ("timestamp-share", timestampShare != nil),
        ]
        if model == nil, let option = given.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) has no meaning without --model.")
        }
        if adapters.lora != nil, model == nil {
            throw ValidationError("--lora trains adapters of a pretrained model; name it with --model.")
        }
        if freeze != nil, adapters.lora != nil {
            throw ValidationError("--lora leaves all of the model as it is; leave --freeze out.")
        }
    }
}

extension WhisperFineTuning.Part: ExpressibleByArgument {}
