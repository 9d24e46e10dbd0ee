import Parameters
import Tensors
import Training
import VisionModels

/// First weights and all batches of a training, for a comparison with another implementation.
struct TrainingExport {
    let store: ParameterStore
    let files: ModelFiles
    let batches: PictureBatches
    let settings: TrainingSettings

    /// A model folder with, beside it, `pictures` `[batches, pictures, height, width, 3]` and `targets`
    /// `[batches, pictures]`.
    func write(to folder: String) throws {
        let count = (settings.plannedSteps(batchesPerEpoch: batches.batchesPerEpoch) ?? 1) * settings.accumulation
        let all = try (0..<count).map {
            try batches.batch($0 % batches.batchesPerEpoch, epoch: $0 / batches.batchesPerEpoch)
        }
        guard all.allSatisfy({ $0.pictures.shape == all[0].pictures.shape }) else {
            throw TrainingError.invalidSetting(
                name: "export", expected: "fewer steps, so that all batches are of one size")
        }
        let shape = Shape([count] + all[0].pictures.shape)
        try files.export(
            store,
            batches: [
                "pictures": Tensor(all.flatMap { $0.pictures.floats() }, shape: shape),
                "targets": Tensor(all.flatMap(\.targets), shape: [count, all[0].count]),
            ], to: folder)
    }
}
