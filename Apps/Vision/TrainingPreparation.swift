import Checkpoints
import CommandLineKit
import Datasets
import Foundation
import Images
import Kernels
import ModelCatalog
import Parameters
import Tensors
import Training
import VisionModels

/// Makes batches and model of `vision train` from its options.
struct TrainingPreparation {
    private let pictures: PictureOptions
    private let tuning: PictureTuningOptions
    private let training: TrainingOptions
    private let console: Console
    private let data: PictureData

    init(
        _ pictures: PictureOptions, _ tuning: PictureTuningOptions, _ training: TrainingOptions, data: String,
        console: Console
    ) throws {
        (self.pictures, self.tuning, self.training, self.console) = (pictures, tuning, training, console)
        self.data = try PictureData(pictures, path: data, seed: UInt64(training.seed ?? 1), console: console)
    }

    func work() throws -> TrainingWork<ImageClassifierTraining> {
        if let name = tuning.model { return try tunedWork(name) }
        return try newWork(ImageClassifierPreset(named: pictures.preset ?? ImageClassifierPreset.small.rawValue))
    }

    // MARK: From nothing

    private func newWork(_ preset: ImageClassifierPreset) throws -> TrainingWork<ImageClassifierTraining> {
        let size = pictures.size ?? preset.inputSize
        var configuration = preset.configuration(labels: data.set.labels, inputSize: size)
        let (learnt, kept) = try data.prepared(configuration.preprocessing)
        let normalization = try PixelNormalization(measuring: learnt, seed: data.seed)
        (configuration.mean, configuration.deviation) = (normalization.mean, normalization.deviation)
        let batchSize = training.batchSize ?? preset.batchSize
        let batches = batches(
            of: learnt.normalized(by: normalization), kept?.normalized(by: normalization), batchSize: batchSize)
        let settings = training.settings(preset: preset.trainingSettings(stepsPerEpoch: stepsPerEpoch(batches.learnt)))
        let store = ParameterStore(random: RandomSource(seed: data.seed))
        var options = options(settings, batchSize: batchSize)
        options["preset"] = .text(preset.rawValue)
        options["size"] = .integer(size)
        return try work(
            try configuration.makeModel(in: store), store, batches, settings,
            files: ModelFiles(configuration: try configuration.json()), options: options,
            data: try data.fingerprints())
    }

    // MARK: From a pretrained model

    private func tunedWork(_ name: String) throws -> TrainingWork<ImageClassifierTraining> {
        let folder = try ModelFolder(ModelCatalog.locate(name))
        let tuned = try ImageClassifierTuning(
            folder, labels: data.set.labels, inputSize: pictures.size, freezing: tuning.frozenStages,
            random: RandomSource(seed: data.seed))
        if let count = tuned.replacedClassCount {
            console.note(
                "the last layer is new: it told \(count) classes apart, and now \(data.set.labels.count)")
        }
        let trained = tuned.parameters.parameters.filter { $0.role == .weight }
        let count = trained.reduce(0) { $0 + $1.shape.elementCount }
        console.note("\(count) of \(tuned.parameters.elementCount) parameters are trained")
        let (learnt, kept) = try data.prepared(tuned.preprocessing)
        let batchSize = training.batchSize ?? ImageClassifierTuning.batchSize
        let batches = batches(of: learnt, kept, batchSize: batchSize)
        let settings = training.settings(
            preset: ImageClassifierTuning.trainingSettings(stepsPerEpoch: stepsPerEpoch(batches.learnt)))
        var options = options(settings, batchSize: batchSize)
        options["model"] = .model(name)
        options["freeze"] = tuning.freeze.map { .text($0) }
        options["size"] = pictures.size.map { .integer($0) }
        return try work(
            tuned.model, tuned.parameters, batches, settings, files: tuned.files, options: options,
            data: try data.fingerprints(and: folder.weightFiles().map(\.path)))
    }

    // MARK: Parts

    private func batches(
        of learnt: PreparedPictures, _ kept: PreparedPictures?, batchSize: Int
    ) -> (learnt: PictureBatches, kept: PictureBatches?) {
        let preprocessing = learnt.preprocessing
        var augmentation = augmentation.augmentation(width: preprocessing.width, height: preprocessing.height)
        if pictures.anyWayUp {
            augmentation = ImageAugmentation(augmentation.steps + [.sometimes(0.5, .flipVertically)])
        }
        return (
            PictureBatches(
                learnt,
                settings: PictureBatches.Settings(
                    batchSize: batchSize, seed: data.seed, augmentation: augmentation,
                    mixing: pictures.mixing.map { PictureMixing($0, classCount: data.set.labels.count) },
                    isBalanced: pictures.balance)),
            kept.map {
                PictureBatches($0, settings: PictureBatches.Settings(batchSize: batchSize, seed: nil))
            }
        )
    }

    private func stepsPerEpoch(_ batches: PictureBatches) -> Int {
        (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1
    }

    private var augmentation: AugmentationPreset { pictures.augment ?? .standard }

    private func work(
        _ model: any ImageClassificationModel, _ store: ParameterStore,
        _ batches: (learnt: PictureBatches, kept: PictureBatches?), _ settings: TrainingSettings, files: ModelFiles,
        options: [String: OptionValue], data: [RunDescription.DataFile]
    ) throws -> TrainingWork<ImageClassifierTraining> {
        try settings.validate()
        if let folder = pictures.export {
            try TrainingExport(store: store, files: files, batches: batches.learnt, settings: settings)
                .write(to: folder)
        }
        return TrainingWork(
            ImageClassifierTraining(
                model, parameters: store, dropout: pictures.dropout ?? 0,
                labelSmoothing: pictures.labelSmoothing ?? ImageClassifierPreset.labelSmoothing),
            data: PrefetchedBatches(batches.learnt, ahead: max(2, Threads.count)),
            validation: batches.kept.map { PrefetchedBatches($0, ahead: max(2, Threads.count)) }, settings: settings,
            files: files,
            description: RunDescription(
                program: "vision", version: triptychVersion, options: options, settings: settings,
                parameterCount: store.elementCount, data: data),
            begin: { [learnt = batches.learnt, labels = self.data.set.labels] run in
                try FirstBatch(learnt, labels: labels).draw(in: run)
            })
    }

    /// Every option that both kinds of training have, with the value that was resolved.
    private func options(_ settings: TrainingSettings, batchSize: Int) -> [String: OptionValue] {
        var options = settings.options(batchSize: batchSize)
            .merging(pictures.recorded(data: data.set.path, augment: augmentation)) { $1 }
        options["mix"] = .text((pictures.mix ?? .none).rawValue)
        options["mix-strength"] = pictures.mixStrength.map { .number($0) }
        options["balance"] = .flag(pictures.balance)
        options["dropout"] = .number(Double(pictures.dropout ?? 0))
        options["label-smoothing"] = .number(Double(pictures.labelSmoothing ?? ImageClassifierPreset.labelSmoothing))
        return options
    }
}
