import Checkpoints
import FoundationEssentials
import Kernels
public import Parameters
public import Tensors

extension ModelFiles {
    /// Writes what another implementation needs to train the same: the weights as they are, in `float32`, as a model folder,
    /// and beside them the batches of all steps in `batches.safetensors`.
    public func export(_ store: ParameterStore, batches: [String: Tensor], to folder: String) throws {
        let values = Dictionary(
            uniqueKeysWithValues: store.parameters.map { ($0.name, $0.value.converted(to: .float32)) })
        try ModelFolder.save(
            to: URL(filePath: folder), configuration: configuration,
            weights: store.parameters.map { .init(name: $0.name, shape: $0.shape, elementType: .float32) },
            otherFiles: others,
            tensor: { name in
                values[name]!  // asked for are the names just declared
            },
            finish: { hiddenPath in
                try SafetensorsWriter.write(batches, to: "\(hiddenPath)/batches.safetensors")
            })
    }
}
