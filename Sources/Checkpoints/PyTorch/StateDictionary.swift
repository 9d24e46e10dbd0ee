/// The tensors of a pickle by their names, wherever it keeps them.
struct StateDictionary {
    let entries: [(name: String, tensor: PickledTensor)]

    /// Under which a training program keeps the weights beside its own state; the first that is there.
    private static let wrappers = [
        "state_dict", "model_state_dict", "model", "module", "net", "weights", "params", "ema_state_dict", "model_ema",
    ]
    /// How many such wrappers may stand around the weights.
    private static let depthLimit = 4
    /// What training in parallel or compiling puts before every name.
    private static let prefixes = ["module.", "_orig_mod."]
    private static let limits = SafetensorsLimits()

    init(_ contents: PyTorchContents, path: String) throws(PyTorchError) {
        let machine = contents.machine
        var value = contents.value
        for _ in 0..<Self.depthLimit {
            guard case .dictionary(let index) = value else { break }
            let items = machine.dictionaries[index]
            let tensors = items.compactMap { key, value -> (name: String, tensor: PickledTensor)? in
                // Counters and settings beside the tensors are no weights.
                guard case .tensor(let tensor) = value, case .text(let name) = key else { return nil }
                return (name, tensor)
            }
            if !tensors.isEmpty {
                entries = try Self.checked(Self.unwrapped(tensors), path: path)
                return
            }
            let inner = Self.wrappers.lazy.compactMap { name in
                items.last { key, value in
                    guard case .text(name) = key, case .dictionary = value else { return false }
                    return true
                }?.value
            }.first
            guard let inner else { break }
            value = inner
        }
        throw PyTorchError(path: path, .noStateDictionary(found: value.kind))
    }

    private static func unwrapped(
        _ tensors: [(name: String, tensor: PickledTensor)]
    ) -> [(name: String, tensor: PickledTensor)] {
        var tensors = tensors
        while let prefix = prefixes.first(where: { prefix in tensors.allSatisfy { $0.name.hasPrefix(prefix) } }) {
            tensors = tensors.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
        }
        return tensors
    }

    private static func checked(
        _ tensors: [(name: String, tensor: PickledTensor)], path: String
    ) throws(PyTorchError) -> [(name: String, tensor: PickledTensor)] {
        guard tensors.count <= limits.tensorCount else {
            throw PyTorchError(path: path, .tooManyTensors(limit: limits.tensorCount))
        }
        for (name, _) in tensors where SafetensorsHeader.rule(refusing: name, limits: limits) != nil {
            throw PyTorchError(path: path, tensor: name, .nameRefused)
        }
        return tensors
    }
}
