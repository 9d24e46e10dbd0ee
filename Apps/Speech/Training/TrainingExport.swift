import Parameters
import SpeechModels
import Tensors
import Training

/// First weights and all batches of a training, for a comparison with another implementation.
struct TrainingExport {
    let store: ParameterStore
    let files: ModelFiles
    let batches: SpeechBatches
    let settings: TrainingSettings

    /// A model folder with, beside it, of each step N (from 0) `N.features` `[utterances, frames, bands]`, `N.lengths` (frames
    /// of each), `N.targets` (tokens of all, one after the other) and `N.target_lengths`.
    func write(to folder: String) throws {
        guard settings.accumulation == 1 else {
            throw TrainingError.invalidSetting(name: "export", expected: "it without --accumulation")
        }
        let count = settings.plannedSteps(batchesPerEpoch: batches.batchesPerEpoch) ?? 1
        var tensors: [String: Tensor] = [:]
        for number in 0..<count {
            let batch = try batches.batch(
                number % batches.batchesPerEpoch, epoch: number / batches.batchesPerEpoch)
            func tensor(_ values: [Int]) -> Tensor { Tensor(values.map { Int32($0) }, shape: [values.count]) }
            tensors["\(number).features"] = batch.features
            tensors["\(number).lengths"] = tensor(batch.lengths)
            tensors["\(number).targets"] = tensor(batch.targets.flatMap(\.self))
            tensors["\(number).target_lengths"] = tensor(batch.targets.map(\.count))
        }
        try files.export(store, batches: tensors, to: folder)
    }
}
