import Foundation
import Optimizers
import Synchronization
import TestKit
import Training

/// Runs of the small model in a temporary folder.
struct TrainingRun {
    let folder: TemporaryFolder
    var settings: TrainingSettings
    var data = SmallData()
    var validation: SmallData? = SmallData(batchesPerEpoch: 3, seed: 8)

    init() throws {
        folder = try TemporaryFolder()
        settings = TrainingSettings()
        settings.maximumSteps = 12
        settings.evaluationInterval = 4
        settings.schedule.warmUpSteps = 3
        settings.schedule.peak = 0.02
    }

    static func description(_ settings: TrainingSettings) -> RunDescription {
        RunDescription(
            program: "test", version: "0", options: ["seed": .integer(1)], settings: settings, parameterCount: 26,
            data: [RunDescription.DataFile(path: "corpus", byteCount: 3, sha256: "abc")])
    }

    /// - Parameter stop: asked to stop after this step.
    @discardableResult
    func train(
        _ name: String, resuming isResumed: Bool = false, stoppingAfter stop: Int? = nil,
        model: SmallModel = SmallModel(),
        events: ((TrainingEvent) -> Void)? = nil
    ) throws -> TrainingOutcome {
        let path = folder.path(name)
        let run =
            isResumed
            ? try RunFolder(resuming: path) : try RunFolder(creating: path, Self.description(settings))
        let step = Mutex(0)
        var trainer = try Trainer(
            model, data: data, validation: validation, settings: settings,
            report: { event in
                if case .step(let report) = event { step.withLock { $0 = report.step } }
                events?(event)
            }, shouldStop: { stop.map { limit in step.withLock { $0 >= limit } } ?? false })
        return try trainer.train(in: run, files: SmallModel.files, isResumed: isResumed)
    }

    /// Names and contents of everything that has to be equal after a resumption.
    func results(_ name: String) throws -> [String: [UInt8]] {
        var results: [String: [UInt8]] = [:]
        for file in ["metrics.jsonl", "metrics.csv", "curve.svg", "curve.png"] {
            // The curve's title is the folder's name.
            if file.hasPrefix("curve"), name.count != 1 { continue }
            results[file] = try folder.bytes("\(name)/\(file)")
        }
        for link in ["last", "best"] {
            for file in ["model.safetensors", "training_state.safetensors"] {
                results["\(link)/\(file)"] = try folder.bytes("\(name)/\(link)/\(file)")
            }
            results[link] = Array(
                try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("\(name)/\(link)")).utf8)
        }
        return results
    }
}
