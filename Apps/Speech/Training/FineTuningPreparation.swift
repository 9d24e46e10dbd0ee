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
import Training

/// Makes batches and model of `speech train --model` from its options.
struct FineTuningPreparation {
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
            ("preset", recordings.preset != nil), ("pieces", recordings.pieces != nil),
            ("whole-words", recordings.wholeWords),
            ("join", recordings.join != nil), ("intermediate", recordings.intermediate != nil),
            ("dropout", recordings.dropout != nil), ("chunk", recordings.chunk != nil),
            ("export", recordings.export != nil),
        ]
        if let option = ofNewModels.first(where: \.isGiven) {
            throw ValidationError("--\(option.name) is for a network from nothing; leave it or --model out.")
        }
        (self.recordings, self.options, self.training, self.name) = (recordings, options, training, name)
        self.data = try RecordingData(recordings, path: data, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<WhisperTraining> {
        let folder = try ModelFolder(ModelCatalog.locate(name))
        let adapters = options.adapters.settings(standardTargets: WhisperFineTuning.standardTargets)
        // Before all recordings are read: an option may not fit.
        let surroundings = try RecordedSurroundings(recordings)
        let tuning = try WhisperFineTuning(
            folder, language: options.language, freezing: options.freeze,
            adaptation: adapters.map { try LowRankAdaptation($0, random: RandomSource(seed: data.seed)) },
            baseModel: LowRankOptions.baseModel(of: name))
        let spelling = recordings.spelling ?? TargetSpelling(naturalFor: data.recordings.map(\.text))
        let (learnt, kept) = try data.prepared(spelling, tuning.tokenizer, limits: tuning.format.limits)
        let batchSize = training.batchSize ?? WhisperFineTuning.batchSize
        var batching = WindowBatches.Settings(
            batchSize: batchSize, seed: data.seed, augmentation: surroundings.added(to: augmentation.sound),
            masking: augmentation.masking, timestampShare: timestampShare)
        let batches = try WindowBatches(learnt, format: tuning.format, settings: batching)
        batching.seed = nil
        let validation = try kept.map { try WindowBatches($0, format: tuning.format, settings: batching) }
        let settings = training.settings(
            preset: WhisperFineTuning.trainingSettings(
                adapts: adapters != nil,
                stepsPerEpoch: (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1))
        try settings.validate()
        return TrainingWork(
            WhisperTraining(tuning), data: PrefetchedBatches(batches, ahead: max(2, Threads.count)),
            validation: validation.map { PrefetchedBatches($0, ahead: max(2, Threads.count)) }, settings: settings,
            files: tuning.files,
            description: RunDescription(
                program: "speech", version: triptychVersion,
                options: resolved(settings, adapters, spelling, batchSize: batchSize), settings: settings,
                parameterCount: tuning.parameters.elementCount,
                data: try [data.fingerprint()] + surroundings.fingerprints()
                    + folder.weightFiles().map { try RunDescription.DataFile(hashing: $0.path) }))
    }

    private var augmentation: SpeechAugmentationPreset { recordings.augment ?? .light }
    private var timestampShare: Float { options.timestampShare ?? WhisperFineTuning.timestampShare }

    /// Every option with the value that was resolved.
    private func resolved(
        _ settings: TrainingSettings, _ adapters: LowRankSettings?, _ spelling: TargetSpelling, batchSize: Int
    ) -> [String: OptionValue] {
        var resolved = settings.options(batchSize: batchSize).merging(data.options(recordings)) { $1 }
        resolved["model"] = .model(name)
        resolved["freeze"] = options.freeze.map { .text($0.rawValue) }
        resolved["language"] = options.language.map { .text($0) }
        resolved["timestamp-share"] = .number(Double(timestampShare))
        resolved["spelling"] = .text(spelling.rawValue)
        resolved["augment"] = .text(augmentation.rawValue)
        if let adapters { resolved.merge(options.adapters.resolved(adapters)) { $1 } }
        return resolved
    }
}
