import CommandLineKit
import Datasets
import Foundation
import Kernels
import Parameters
import SpeechModels
import Tensors
import Tokenizers
import Training

/// Makes batches and model of `speech train` from its options.
struct TrainingPreparation {
    private let recordings: RecordingOptions
    private let training: TrainingOptions
    private let data: RecordingData

    init(_ recordings: RecordingOptions, _ training: TrainingOptions, data: String, console: Console) throws {
        (self.recordings, self.training) = (recordings, training)
        self.data = try RecordingData(recordings, path: data, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<CTCTraining> {
        let preset = try ConformerPreset(named: recordings.preset ?? ConformerPreset.small4M.rawValue)
        let trained = try TargetTokenizer.trained(
            on: data.texts(spelling), unit: recordings.unit, areJoined: join > 1)
        let tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
        var configuration = preset.configuration(vocabularySize: tokenizer.vocabularySize)
        configuration.spelling = spelling
        configuration.intermediateLayers = recordings.intermediateLayers
        configuration.streaming = recordings.chunks
        // Before all recordings are read: an option may not fit.
        let surroundings = try RecordedSurroundings(recordings)
        let store = ParameterStore(random: RandomSource(seed: data.seed))
        let model = try ConformerModel(configuration, in: store)
        let (learnt, kept) = try data.prepared(spelling, tokenizer, limits: .conformer)
        let batchSize = training.batchSize ?? ConformerPreset.batchSize
        let batches = SpeechBatches(
            learnt,
            settings: SpeechBatches.Settings(
                batchSize: batchSize, seed: data.seed,
                augmentation: surroundings.added(to: augmentation.sound), masking: augmentation.masking,
                longestJoin: join, features: configuration.features, tailLength: configuration.tailLength))
        let validation = kept.map {
            SpeechBatches(
                $0,
                settings: SpeechBatches.Settings(
                    batchSize: batchSize, seed: nil, longestJoin: join, features: configuration.features,
                    tailLength: configuration.tailLength))
        }
        let steps = (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1
        let settings = training.settings(preset: preset.trainingSettings(stepsPerEpoch: steps))
        try settings.validate()
        let files = try configuration.files(trained)
        if let folder = recordings.export {
            try TrainingExport(store: store, files: files, batches: batches, settings: settings).write(to: folder)
        }
        return TrainingWork(
            CTCTraining(
                model, tokenizer: tokenizer, parameters: store, dropout: dropout,
                intermediateWeight: ConformerPreset.intermediateWeight),
            data: PrefetchedBatches(batches, ahead: max(2, Threads.count)),
            validation: validation.map { PrefetchedBatches($0, ahead: max(2, Threads.count)) }, settings: settings,
            files: files,
            description: RunDescription(
                program: "speech", version: triptychVersion, options: options(settings, preset, batchSize: batchSize),
                settings: settings, parameterCount: store.elementCount,
                data: try [data.fingerprint()] + surroundings.fingerprints()))
    }

    private var spelling: TargetSpelling { recordings.spelling ?? .words }
    private var augmentation: SpeechAugmentationPreset { recordings.augment ?? .standard }
    private var join: Int { recordings.join ?? 1 }
    private var dropout: Float { recordings.dropout ?? ConformerPreset.dropout }

    /// Every option with the value that was resolved.
    private func options(
        _ settings: TrainingSettings, _ preset: ConformerPreset, batchSize: Int
    ) -> [String: OptionValue] {
        var options = settings.options(batchSize: batchSize).merging(data.options(recordings)) { $1 }
        options["preset"] = .text(preset.rawValue)
        options["pieces"] = recordings.pieces.map { .integer($0) }
        options["whole-words"] = recordings.wholeWords ? .flag(true) : nil
        options["spelling"] = .text(spelling.rawValue)
        options["augment"] = .text(augmentation.rawValue)
        options["join"] = .integer(join)
        options["intermediate"] = recordings.intermediate.map { .text($0) }
        options["chunk"] = recordings.chunk.map { .number($0) }
        if recordings.chunk != nil {
            options["left-context"] = .number(recordings.leftContext ?? RecordingOptions.leftContext)
        }
        options["dropout"] = .number(Double(dropout))
        return options
    }
}
