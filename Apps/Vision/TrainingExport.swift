import Checkpoints
import Foundation
import Kernels
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
        let values = Dictionary(
            uniqueKeysWithValues: store.parameters.map { ($0.name, $0.value.converted(to: .float32)) })
        let shape = Shape([count] + all[0].pictures.shape)
        try ModelFolder.save(
            to: URL(fileURLWithPath: folder), configuration: files.configuration,
            weights: store.parameters.map { .init(name: $0.name, shape: $0.shape, elementType: .float32) },
            otherFiles: files.others,
            tensor: { name in
                values[name]!  // asked for are the names just declared
            },
            finish: { hiddenPath in
                try SafetensorsWriter.write(
                    [
                        "pictures": Tensor(all.flatMap { $0.pictures.floats() }, shape: shape),
                        "targets": Tensor(all.flatMap(\.targets), shape: [count, all[0].count]),
                    ], to: "\(hiddenPath)/batches.safetensors")
            })
    }
}
