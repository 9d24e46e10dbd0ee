import ArgumentParser
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

/// Makes batches and model of `vision train` from its options, where the data has boxes.
struct DetectorPreparation {
    private let pictures: PictureOptions
    private let tuning: PictureTuningOptions
    private let training: TrainingOptions
    private let console: Console
    private let data: BoxData

    init(
        _ pictures: PictureOptions, _ tuning: PictureTuningOptions, _ training: TrainingOptions, data: String,
        console: Console
    ) throws {
        try Self.refuseOptionsOfClassifiers(pictures)
        (self.pictures, self.tuning, self.training, self.console) = (pictures, tuning, training, console)
        self.data = try BoxData(pictures, path: data, seed: UInt64(training.seed ?? 1), console: console)
    }

    private static func refuseOptionsOfClassifiers(_ pictures: PictureOptions) throws {
        let given: [(String, Bool)] = [
            ("--balance", pictures.balance), ("--label-smoothing", pictures.labelSmoothing != nil),
            ("--dropout", pictures.dropout != nil), ("--export", pictures.export != nil),
            ("--mix", pictures.mixing != nil),
        ]
        for (name, isGiven) in given where isGiven {
            throw ValidationError("\(name) is for classifiers; the data has boxes, so leave it out.")
        }
    }

    func work() throws -> TrainingWork<ObjectDetectionTraining> {
        let frame = DetectionFrame(
            of: data.training + data.validation, side: pictures.size ?? DetectionFrame.standardSide)
        if let name = tuning.model { return try tunedWork(name, frame) }
        return try newWork(DetectorPreset(named: pictures.preset ?? DetectorPreset.small.rawValue), frame)
    }

    private func newWork(
        _ preset: DetectorPreset, _ frame: DetectionFrame
    ) throws -> TrainingWork<ObjectDetectionTraining> {
        let configuration = preset.configuration(labels: data.set.labels, width: frame.width, height: frame.height)
        let store = ParameterStore(random: RandomSource(seed: data.seed))
        return try work(
            try PyramidDetectorModel(configuration, in: store), store, configuration.preprocessing,
            files: ModelFiles(configuration: try configuration.json()),
            settings: preset.trainingSettings(stepsPerEpoch:), options: ["preset": .text(preset.rawValue)])
    }

    private func tunedWork(_ name: String, _ frame: DetectionFrame) throws -> TrainingWork<ObjectDetectionTraining> {
        let folder = try ModelFolder(ModelCatalog.locate(name))
        let tuned = try ObjectDetectorTuning(
            folder, labels: data.set.labels, frame: frame, freezing: tuning.frozenStages,
            random: RandomSource(seed: data.seed))
        let trained = tuned.parameters.parameters.filter { $0.role == .weight }
        let count = trained.reduce(0) { $0 + $1.shape.elementCount }
        console.note(
            "\(count) of \(tuned.parameters.elementCount) parameters are trained, \(tuned.newParameterCount) of them new"
        )
        var options: [String: OptionValue] = [:]
        options["model"] = .model(name)
        options["freeze"] = tuning.freeze.map { .text($0) }
        return try work(
            tuned.model, tuned.parameters, tuned.preprocessing, files: tuned.files,
            settings: tuned.trainingSettings(stepsPerEpoch:), options: options,
            dependencies: folder.weightFiles().map(\.path))
    }

    /// - Parameters:
    ///   - settings: those of the kind of model, for so many steps a pass.
    ///   - own: options that only this kind has.
    ///   - dependencies: further files that the run depends on.
    private func work(
        _ model: any TrainableObjectDetectionModel, _ store: ParameterStore, _ preprocessing: ImagePreprocessing,
        files: ModelFiles, settings standard: (Int) -> TrainingSettings, options own: [String: OptionValue],
        dependencies: [String] = []
    ) throws -> TrainingWork<ObjectDetectionTraining> {
        let (learnt, kept) = try data.prepared(preprocessing)
        let batchSize = training.batchSize ?? ObjectDetectorTuning.batchSize
        let batches = DetectionBatches(
            learnt,
            settings: DetectionBatches.Settings(
                batchSize: batchSize, seed: data.seed,
                augmentation: augmentation.boxAugmentation(anyWayUp: pictures.anyWayUp)))
        let validation = kept.map {
            DetectionBatches($0, settings: DetectionBatches.Settings(batchSize: batchSize, seed: nil))
        }
        let stepsPerEpoch = (batches.batchesPerEpoch - 1) / max(1, training.accumulation ?? 1) + 1
        let settings = training.settings(preset: standard(stepsPerEpoch))
        try settings.validate()
        let options = options(settings, batchSize: batchSize).merging(own) { $1 }
        return TrainingWork(
            ObjectDetectionTraining(model, parameters: store),
            data: PrefetchedBatches(batches, ahead: max(2, Threads.count)),
            validation: validation.map { PrefetchedBatches($0, ahead: max(2, Threads.count)) }, settings: settings,
            files: files,
            description: RunDescription(
                program: "vision", version: triptychVersion, options: options, settings: settings,
                parameterCount: store.elementCount, data: try data.fingerprints(and: dependencies)),
            begin: { [labels = data.set.labels] run in
                try FirstBoxBatch(batches, labels: labels).draw(in: run)
            })
    }

    private var augmentation: AugmentationPreset { pictures.augment ?? .standard }

    /// Every option that both kinds of training have, with the value that was resolved.
    private func options(_ settings: TrainingSettings, batchSize: Int) -> [String: OptionValue] {
        var options = settings.options(batchSize: batchSize)
            .merging(pictures.recorded(data: data.set.path, augment: augmentation)) { $1 }
        options["size"] = .integer(pictures.size ?? DetectionFrame.standardSide)
        return options
    }
}
