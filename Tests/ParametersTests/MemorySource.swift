import Parameters
import Tensors

/// Tensors in memory, as a checkpoint would give them.
struct MemorySource: TensorSource {
    var tensors: [String: Tensor]

    var names: [String] { Array(tensors.keys) }
    func shape(of name: String) -> Shape? { tensors[name]?.shape }
    func tensor(named name: String) -> Tensor? { tensors[name] }
}
