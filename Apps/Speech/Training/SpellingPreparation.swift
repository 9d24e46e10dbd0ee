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

/// Makes batches and model of `speech train --model` for a model that spells, or is to: `--head ctc`.
struct SpellingPreparation {
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
        if options.head == nil {
            let ofNewLayers: [(name: String, isGiven: Bool)] = [
                ("pieces", recordings.pieces != nil), ("whole-words", recordings.wholeWords),
                ("spelling", recordings.spelling != nil),
            ]
            if let option = ofNewLayers.first(where: \.isGiven) {
                throw ValidationError("--\(option.name) needs a new layer for other tokens: add --head ctc.")
            }
            if let option = options.ofDecoder.first(where: \.isGiven) {
                throw ValidationError("--\(option.name) is for a Whisper with its decoder; \(name) has none.")
            }
        }
        (self.recordings, self.options, self.training, self.name) = (recordings, options, training, name)
        self.data = try RecordingData(recordings, path: data, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<CTCTraining> {
        let folder = try ModelFolder(ModelCatalog.locate(name))
        let trained =
            try options.head == nil
            ? nil : TargetTokenizer.trained(on: data.texts(newSpelling), unit: recordings.unit, areJoined: join > 1)
        // Before all recordings are read: an option or the model may not fit.
        let surroundings = try RecordedSurroundings(recordings)
        let tuning = try CTCTuning(
            folder,
            layer: trained.map {
                CTCTuning.NewLayer(
                    vocabularySize: $0.vocabularySize, spelling: newSpelling, random: RandomSource(seed: data.seed))
            }, isEncoderFrozen: options.freeze == .encoder)
        if options.freeze != nil, !tuning.canFreezeEncoder {
            throw ValidationError("--freeze encoder is for Whisper's; norms over batches learn in any training.")
        }
        let tokenizer = try trained.map { try loadTokenizer(json: Array($0.json().utf8)) } ?? tuning.tokenizer
        guard let tokenizer else { throw ValidationError("\(name) has no tokens to spell with; add --head ctc.") }
        let (recipe, spelling) = (tuning.recipe, tuning.model.spelling)
        let (learnt, kept) = try data.prepared(spelling, tokenizer, limits: tuning.limits)
        let batchSize = training.batchSize ?? recipe.batchSize
        var batching = SpeechBatches.Settings(
            batchSize: batchSize, seed: data.seed, augmentation: surroundings.added(to: augmentation.sound),
            masking: augmentation.masking, longestJoin: join, features: tuning.features,
            longest: tuning.limits.longest, tailLength: tuning.tailLength)
        let batches = SpeechBatches(learnt, settings: batching)
        (batching.seed, batching.augmentation, batching.masking) = (nil, nil, nil)
        let validation = kept.map { SpeechBatches($0, settings: batching) }
        let settings = training.settings(
            preset: recipe.trainingSettings(
                stepsPerEpoch: (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1))
        try settings.validate()
        return TrainingWork(
            CTCTraining(
                tuning.model, tokenizer: tokenizer, parameters: tuning.parameters, dropout: dropout(recipe),
                intermediateWeight: ConformerPreset.intermediateWeight, headRate: headRate(recipe),
                headSteps: headSteps(recipe)),
            data: PrefetchedBatches(batches, ahead: max(2, Threads.count)),
            validation: validation.map { PrefetchedBatches($0, ahead: max(2, Threads.count)) }, settings: settings,
            files: tuning.files(trained),
            description: RunDescription(
                program: "speech", version: triptychVersion,
                options: resolved(settings, recipe, spelling, batchSize: batchSize),
                settings: settings, parameterCount: tuning.parameters.elementCount,
                data: try [data.fingerprint()] + surroundings.fingerprints()
                    + folder.weightFiles().map { try RunDescription.DataFile(hashing: $0.path) }))
    }

    private var newSpelling: TargetSpelling { recordings.spelling ?? .words }
    private var augmentation: SpeechAugmentationPreset { recordings.augment ?? .standard }
    private var join: Int { recordings.join ?? 1 }

    private func dropout(_ recipe: CTCTuning.Recipe) -> Float { recordings.dropout ?? recipe.dropout }
    private func headRate(_ recipe: CTCTuning.Recipe) -> Float {
        options.head == nil ? 1 : options.headRate ?? recipe.headRate
    }
    private func headSteps(_ recipe: CTCTuning.Recipe) -> Int {
        options.head == nil ? 0 : options.headSteps ?? recipe.headSteps
    }

    /// Every option with the value that was resolved.
    private func resolved(
        _ settings: TrainingSettings, _ recipe: CTCTuning.Recipe, _ spelling: TargetSpelling, batchSize: Int
    ) -> [String: OptionValue] {
        var resolved = settings.options(batchSize: batchSize).merging(data.options(recordings)) { $1 }
        resolved["model"] = .model(name)
        resolved["head"] = options.head.map { .text($0.rawValue) }
        resolved["freeze"] = options.freeze.map { .text($0.rawValue) }
        if options.head != nil {
            resolved["head-rate"] = .number(Double(headRate(recipe)))
            resolved["head-steps"] = .integer(headSteps(recipe))
            resolved["pieces"] = recordings.pieces.map { .integer($0) }
            resolved["whole-words"] = recordings.wholeWords ? .flag(true) : nil
            resolved["spelling"] = .text(spelling.rawValue)
        }
        resolved["augment"] = .text(augmentation.rawValue)
        resolved["join"] = .integer(join)
        resolved["dropout"] = .number(Double(dropout(recipe)))
        return resolved
    }
}
