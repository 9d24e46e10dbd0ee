import ArgumentParser
import Checkpoints
import CommandLineKit
import Datasets
import Foundation
import Kernels
import ModelCatalog
import Parameters
import SpeechModels
import Tensors
import Tokenizers
import Training

/// Makes batches and model of `speech train --model --head ctc` from its options.
struct SpellingWhisperPreparation {
    private let recordings: RecordingOptions
    private let options: FineTuningOptions
    private let training: TrainingOptions
    private let data: RecordingData
    private let name: String

    /// - Parameter name: the model's, as `--model` has it.
    init(
        _ recordings: RecordingOptions, _ options: FineTuningOptions, _ training: TrainingOptions, model name: String,
        data: String, console: Console
    ) throws {
        let ofNewModels: [(name: String, isGiven: Bool)] = [
            ("preset", recordings.preset != nil), ("intermediate", recordings.intermediate != nil),
            ("chunk", recordings.chunk != nil), ("export", recordings.export != nil),
        ]
        if let option = ofNewModels.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) is for a network from nothing; leave it or --model out.")
        }
        (self.recordings, self.options, self.training, self.name) = (recordings, options, training, name)
        self.data = try RecordingData(recordings, path: data, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<CTCTraining> {
        let folder = try ModelFolder(ModelCatalog.locate(name))
        let trained = try TargetTokenizer.trained(
            on: data.texts(spelling), unit: recordings.unit, areJoined: join > 1)
        let tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
        // Before all recordings are read: an option or the model may not fit.
        let surroundings = try RecordedSurroundings(recordings)
        let tuning = try WhisperCTCTuning(
            folder, vocabularySize: tokenizer.vocabularySize, spelling: spelling,
            random: RandomSource(seed: data.seed), isEncoderFrozen: options.freeze == .encoder)
        let (learnt, kept) = try data.prepared(spelling, tokenizer, limits: tuning.limits)
        let batchSize = training.batchSize ?? WhisperCTCTuning.batchSize
        var batching = SpeechBatches.Settings(
            batchSize: batchSize, seed: data.seed, augmentation: surroundings.added(to: augmentation.sound),
            masking: augmentation.masking, longestJoin: join, features: tuning.features, longest: tuning.limits.longest)
        let batches = SpeechBatches(learnt, settings: batching)
        (batching.seed, batching.augmentation, batching.masking) = (nil, nil, nil)
        let validation = kept.map { SpeechBatches($0, settings: batching) }
        let settings = training.settings(
            preset: WhisperCTCTuning.trainingSettings(
                stepsPerEpoch: (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1))
        try settings.validate()
        return TrainingWork(
            CTCTraining(
                tuning.model, tokenizer: tokenizer, parameters: tuning.parameters, dropout: dropout,
                headRate: headRate, headSteps: headSteps),
            data: PrefetchedBatches(batches, ahead: max(2, Threads.count)),
            validation: validation.map { PrefetchedBatches($0, ahead: max(2, Threads.count)) }, settings: settings,
            files: try tuning.files(trained),
            description: RunDescription(
                program: "speech", version: triptychVersion, options: resolved(settings, batchSize: batchSize),
                settings: settings, parameterCount: tuning.parameters.elementCount,
                data: try [data.fingerprint()] + surroundings.fingerprints()
                    + folder.weightFiles().map { try RunDescription.DataFile(hashing: $0.path) }))
    }

    private var spelling: TargetSpelling { recordings.spelling ?? .words }
    private var augmentation: SpeechAugmentationPreset { recordings.augment ?? .standard }
    private var join: Int { recordings.join ?? 1 }
    private var dropout: Float { recordings.dropout ?? WhisperCTCTuning.dropout }
    private var headRate: Float { options.headRate ?? WhisperCTCTuning.headRate }
    private var headSteps: Int { options.headSteps ?? WhisperCTCTuning.headSteps }

    /// Every option with the value that was resolved.
    private func resolved(_ settings: TrainingSettings, batchSize: Int) -> [String: OptionValue] {
        var resolved = settings.options(batchSize: batchSize).merging(data.options(recordings)) { $1 }
        resolved["model"] = .model(name)
        resolved["head"] = options.head.map { .text($0.rawValue) }
        resolved["freeze"] = options.freeze.map { .text($0.rawValue) }
        resolved["head-rate"] = .number(Double(headRate))
        resolved["head-steps"] = .integer(headSteps)
        resolved["pieces"] = recordings.pieces.map { .integer($0) }
        resolved["whole-words"] = recordings.wholeWords ? .flag(true) : nil
        resolved["spelling"] = .text(spelling.rawValue)
        resolved["augment"] = .text(augmentation.rawValue)
        resolved["join"] = .integer(join)
        resolved["dropout"] = .number(Double(dropout))
        return resolved
    }
}
