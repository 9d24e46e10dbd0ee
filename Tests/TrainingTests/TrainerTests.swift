import Autograd
import Checkpoints
import Datasets
import Foundation
import Optimizers
import Parameters
import Tensors
import TestKit
import Testing

@testable import Training

@Suite struct TrainerTests {
    @Test func lossFallsAndTheRunFolderIsWhole() throws {
        var run = try TrainingRun()
        run.settings.maximumSteps = 200
        run.settings.evaluationInterval = 50
        let outcome = try run.train("a")
        #expect(outcome.ending == .finished && outcome.step == 200)
        let lines = try run.folder.contents(of: "a/metrics.jsonl").split(separator: "\n")
        #expect(lines.count == 204)
        func loss(_ line: Substring) -> Double {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double]
            return object?["smoothed_loss"] ?? .nan
        }
        #expect(loss(lines[198]) < 0.5 * loss(lines[0]))
        let table = try run.folder.contents(of: "a/metrics.csv").split(separator: "\n")
        #expect(
            table[0] == "step,loss,smoothed_loss,learning_rate,gradient_norm,targets,validation_loss,root"
                && table.count == 205)
        let names =
            try run.folder.names.isEmpty ? [] : FileManager.default.contentsOfDirectory(atPath: run.folder.path("a"))
        #expect(
            Set(names.filter { !$0.hasPrefix("events.out.tfevents.") }) == [
                "best", "last", "checkpoints", "curve.png", "curve.svg", "metrics.csv", "metrics.jsonl", "run.json",
            ])
        let best = try ModelFolder(URL(fileURLWithPath: run.folder.path("a")))
        #expect(best.url.lastPathComponent == "best")
        #expect(
            try best.openWeights().names.sorted() == ["first.bias", "first.weight", "second.bias", "second.weight"])
        #expect(run.folder.exists("a/best/note.txt") && run.folder.exists("a/best/config.json"))
    }

    /// Divided by the targets of all micro-batches together: three of different sizes are one large one.
    @Test func accumulationEqualsOneBigBatch() throws {
        struct Whole: BatchSource {
            let batchesPerEpoch = 1
            let parts: SmallData
            func batch(_ index: Int, epoch: Int) -> SmallModel.Batch {
                let batches = (0..<3).map { parts.batch($0, epoch: epoch) }
                let inputs = batches.flatMap { $0.inputs.floats() }
                return SmallModel.Batch(
                    inputs: Tensor(inputs, shape: [inputs.count / 3, 3]),
                    targets: Tensor(batches.flatMap { $0.targets.floats() }, shape: [inputs.count / 3, 1]))
            }
        }
        /// Without the noise, which would be another one for each batch.
        struct Quiet: TrainableModel {
            let model = SmallModel()
            var parameters: ParameterStore { model.parameters }
            var itemName: String { model.itemName }
            func loss(_ batch: SmallModel.Batch, mode: Mode) -> BatchLoss { model.loss(batch, mode: .inference) }
        }
        var settings = TrainingSettings()
        settings.maximumSteps = 5
        let parts = SmallData(batchesPerEpoch: 3)
        let (small, large) = (Quiet(), Quiet())
        settings.accumulation = 3
        var accumulating = try Trainer(small, data: parts, validation: nil, settings: settings)
        settings.accumulation = 1
        var whole = try Trainer(large, data: Whole(parts: parts), validation: nil, settings: settings)
        for _ in 0..<5 {
            let (a, b) = (try accumulating.tryStep(), try whole.tryStep())
            #expect(abs(a.loss - b.loss) < 1e-6 * b.loss && a.targetCount == 6 && b.targetCount == 6)
        }
        for (a, b) in zip(small.parameters.parameters, large.parameters.parameters) {
            #expect(largestRelativeDifference(a.value.floats(), b.value.floats()) < 1e-4)
        }
    }

    @Test func aLossThatIsNotFiniteStopsWithStepAndBatch() throws {
        var run = try TrainingRun()
        run.data.brokenBatch = 3
        run.settings.saveInterval = 2
        #expect(
            throws: TrainingError.notFinite(
                .loss, step: 4, batches: 3...3, epoch: 0,
                lastCheckpoint: run.folder.path("a/checkpoints/step-000002"))
        ) { try run.train("a") }
        // What was saved before is untouched and goes on once the data are mended.
        run.data.brokenBatch = nil
        #expect(try run.train("a", resuming: true).ending == .finished)
        run.validation?.brokenBatch = 1
        #expect(
            throws: TrainingError.validationLossNotFinite(
                step: 4, lastCheckpoint: run.folder.path("b/checkpoints/step-000004"))
        ) { try run.train("b") }
    }

    @Test func patienceEndsARunThatNoLongerImproves() throws {
        var run = try TrainingRun()
        run.data.isNoise = true
        run.settings.maximumSteps = 1000
        run.settings.evaluationInterval = 2
        run.settings.patience = 3
        run.settings.schedule.peak = 0.3
        let outcome = try run.train("a")
        #expect(outcome.ending == .stoppedEarly && outcome.step < 1000)
        #expect(outcome.step == (outcome.bestStep ?? 0) + 6)
        // Resumed, it knows that it has ended.
        #expect(try run.train("a", resuming: true) == outcome)
    }

    @Test func keepsTheNewestCheckpointsAndTheBest() throws {
        var run = try TrainingRun()
        run.settings.saveInterval = 1
        run.settings.keptCheckpoints = 3
        let outcome = try run.train("a")
        let kept = Set([10, 11, 12] + [outcome.bestStep ?? 0]).map(RunFolder.checkpointName)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: run.folder.path("a/checkpoints")).sorted()
                == kept.sorted())
    }

    @Test func endsByPassesAndByTime() throws {
        var run = try TrainingRun()
        (run.settings.maximumSteps, run.settings.epochs, run.settings.accumulation) = (nil, 3, 2)
        #expect(try run.train("a").step == 8)
        (run.settings.epochs, run.settings.maximumSeconds) = (nil, 1e-9)
        run.settings.schedule.curve = .constant
        let outcome = try run.train("b")
        #expect(outcome.ending == .outOfTime && outcome.step == 1 && outcome.bestStep == 1)
    }

    @Test func withoutValidationTheLastIsTheBest() throws {
        var run = try TrainingRun()
        run.validation = nil
        #expect(try run.train("a").bestStep == nil)
        #expect(try ModelFolder(URL(fileURLWithPath: run.folder.path("a"))).openWeights().names.count == 4)
    }

    @Test func oneBatchIsLearntByHeart() throws {
        var run = try TrainingRun()
        run.settings.overfitsOneBatch = true
        run.settings.maximumSteps = 300
        run.settings.schedule = .init(.constant, peak: 0.01)
        run.data.fixedSize = 2
        let outcome = try run.train("a")
        #expect((outcome.bestLoss ?? 1) < 1e-3)
    }

    @Test func settingsThatMakeNoSenseAreRefused() throws {
        var settings = TrainingSettings()
        #expect(throws: TrainingError.scheduleNeedsEnd) { try settings.validate() }
        settings.maximumSteps = 0
        #expect(throws: TrainingError.invalidSetting(name: "max-steps", expected: "at least 1")) {
            try settings.validate()
        }
        settings.maximumSteps = 1
        settings.schedule.peak = .infinity
        #expect(throws: TrainingError.self) { try settings.validate() }
        settings.schedule.peak = 0.1
        try settings.validate()
    }

    /// A file system that fills up while a checkpoint is written: what was there stays usable.
    @Test(.enabled(if: SmallFileSystem.isPossible, "only the superuser can mount a small file system"))
    func aFullDiskLosesNothing() throws {
        let disk = try SmallFileSystem(kilobytes: 160)
        var run = try TrainingRun()
        run.settings.saveInterval = 2
        run.settings.maximumSteps = 8
        let folder = try RunFolder(creating: disk.path + "/run", TrainingRun.description(run.settings))
        func train(_ folder: RunFolder, isResumed: Bool, fillingAfter limit: Int?) throws -> TrainingOutcome {
            var trainer = try Trainer(
                SmallModel(), data: run.data, validation: run.validation, settings: run.settings,
                report: { event in
                    if case .step(let report) = event, report.step == limit { disk.fill() }
                }, shouldStop: { false })
            return try trainer.train(in: folder, files: SmallModel.files, isResumed: isResumed)
        }
        let error = try #require(throws: TrainingError.self) {
            try train(folder, isResumed: false, fillingAfter: 4)
        }
        guard case .cannotSave(_, let reason, let checkpoint) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains("No space left on device"))
        #expect(checkpoint == disk.path + "/run/checkpoints/step-000002")
        _ = try TrainingCheckpoint(opening: disk.path + "/run/checkpoints/step-000002")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: disk.path + "/run/checkpoints") == ["step-000002"])
        disk.release()
        #expect(try train(folder, isResumed: true, fillingAfter: nil).ending == .finished)
        try run.train("straight")
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: disk.path + "/run/last/model.safetensors"))
                == Data(run.folder.bytes("straight/last/model.safetensors")))
    }
}
