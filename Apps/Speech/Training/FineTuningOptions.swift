public import ArgumentParser
import CommandLineKit
public import SpeechModels

/// What `speech train` does with a pretrained model.
struct FineTuningOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Train this model further, instead of a network from nothing: a fetched one by its name, a model folder, or a run.",
            valueName: "name|folder"))
    var model: String?
    @Option(
        help:
            "Put a new layer on the encoder, instead of the decoder or the layer that was there: ctc, which spells what it hears."
    )
    var head: Head?
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
    @Option(
        help: ArgumentHelp(
            "Learning rate of the new layer over that of the encoder.", valueName: "factor", visibility: .hidden))
    var headRate: Float?
    @Option(
        help: ArgumentHelp(
            "Steps in which the new layer learns alone.", valueName: "count", visibility: .hidden))
    var headSteps: Int?

    enum Head: String, ExpressibleByArgument, CaseIterable { case ctc }

    /// Options that have a meaning for a Whisper with its decoder alone.
    var ofDecoder: [(name: String, isGiven: Bool)] {
        [
            ("language", language != nil), ("timestamp-share", timestampShare != nil), ("lora", adapters.lora != nil),
            ("freeze decoder", freeze == .decoder),
        ]
    }

    func validate() throws {
        if model == "" { throw ValidationError("--model is empty; give a name or a folder.") }
        try checkOption("timestamp-share", timestampShare, 0...1)
        try checkOption("head-rate", headRate, 0.01...10_000)
        try checkOption("head-steps", headSteps, 0...Int(Int32.max))
        let given: [(name: String, isGiven: Bool)] = [
            ("head", head != nil), ("freeze", freeze != nil), ("language", language != nil),
            ("timestamp-share", timestampShare != nil),
        ]
        if model == nil, let option = given.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) has no meaning without --model.")
        }
        let ofHead: [(name: String, isGiven: Bool)] = [
            ("head-rate", headRate != nil), ("head-steps", headSteps != nil),
        ]
        if head == nil, let option = ofHead.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) has no meaning without --head.")
        }
        if head != nil, let option = ofDecoder.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) is for a Whisper with its decoder; leave it or --head out.")
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
