import Autograd
import Checkpoints
import Datasets
import Foundation
import Layers
import Optimizers
import Parameters
import Synchronization
import Tensors
import TestKit
import Testing

@testable import Training

/// What a step leaves beside the weights: running statistics, and what an evaluation counts.
@Suite struct BufferTests {
    private struct NormModel: TrainableModel {
        let parameters = ParameterStore(random: RandomSource(seed: 2))
        let itemName = "samples"
        let countNames = ["positive"]
        let norm: BatchNorm
        private let head: Linear

        init() {
            norm = BatchNorm(3, in: parameters.root / "norm")
            head = Linear(3, 1, in: parameters.root / "head")
        }

        func loss(_ batch: Tensor, mode: Mode) -> BatchLoss {
            var updates = BufferUpdates()
            let result = head(norm(batch, mode: mode, updates: &updates))
            return BatchLoss(
                sum: sum(multiply(result, result)), targetCount: batch.shape[0],
                counts: ["positive": BatchCount(result.floats().count { $0 > 0 }, of: 4)], updates: updates)
        }
    }

    private struct Samples: BatchSource {
        let batchesPerEpoch = 3
        func batch(_ index: Int, epoch: Int) -> Tensor { .random([4, 3], seed: UInt64(10 * epoch + index + 1)) }
    }

    private var settings: TrainingSettings {
        var settings = TrainingSettings()
        (settings.maximumSteps, settings.evaluationInterval) = (4, 2)
        return settings
    }

    /// Of two micro-batches a step, each moves the statistics in turn.
    @Test func runningStatisticsFollowTheBatches() throws {
        let model = NormModel()
        var settings = settings
        settings.accumulation = 2
        var trainer = try Trainer(model, data: Samples(), validation: nil, settings: settings)
        _ = try trainer.tryStep()
        var mean: [Float] = [0, 0, 0]
        for index in 0..<2 {
            let values = Samples().batch(index, epoch: 0).floats()
            for column in 0..<3 {
                let batchMean = (0..<4).reduce(Float(0)) { $0 + values[3 * $1 + column] } / 4
                mean[column] = 0.9 * mean[column] + 0.1 * batchMean
            }
        }
        expectClose(model.norm.runningMean.value, Tensor(mean, shape: [3]))
    }

    @Test func evaluationsTellTheMeansOfCounts() throws {
        let folder = try TemporaryFolder()
        let reports = Mutex<[ValidationReport]>([])
        var trainer = try Trainer(
            NormModel(), data: Samples(), validation: Samples(), settings: settings,
            report: { event in if case .evaluated(let report) = event { reports.withLock { $0.append(report) } } })
        let run = try RunFolder(creating: folder.path("run"), TrainingRun.description(settings))
        _ = try trainer.train(in: run, files: SmallModel.files)
        let found = reports.withLock { $0 }
        #expect(found.count == 2 && found.allSatisfy { $0.targetCount == 12 })
        for report in found {
            let share = try #require(report.figures["positive"])
            #expect(abs((12 * share).rounded() - 12 * share) < 1e-9 && (0...1).contains(share))
        }
        #expect(try folder.contents(of: "run/metrics.csv").split(separator: "\n")[0].hasSuffix(",positive"))
    }

    /// The statistics that go with averaged weights are averaged alike.
    @Test func averagesHoldTheStatistics() throws {
        let folder = try TemporaryFolder()
        var settings = settings
        settings.averageDecay = 0.5
        let model = NormModel()
        var trainer = try Trainer(model, data: Samples(), validation: Samples(), settings: settings)
        let run = try RunFolder(creating: folder.path("run"), TrainingRun.description(settings))
        _ = try trainer.train(in: run, files: SmallModel.files)
        let weights = try SafetensorsFile(path: folder.path("run/last/model.safetensors"))
        let state = try SafetensorsFile(path: folder.path("run/last/training_state.safetensors"))
        let averaged = try #require(try weights.tensor(named: "norm.running_mean")).floats()
        let last = try #require(try state.tensor(named: "weight.norm.running_mean")).floats()
        #expect(averaged != last && last == model.norm.runningMean.value.floats())
    }
}
