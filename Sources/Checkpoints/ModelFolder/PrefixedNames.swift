import Parameters
import Tensors

/// GPT-2's oldest folders, those of its publisher among them, leave out the first part of every name. These are the
/// weights as the later ones have them, so that adapters and whoever else goes by names find what they know.
struct PrefixedNames: TensorSource {
    private static let prefix = "transformer."
    private let base: any TensorSource

    /// Nil where `base` is nothing of that kind.
    init?(_ base: any TensorSource) {
        guard base.shape(of: "wte.weight") != nil, base.shape(of: "wpe.weight") != nil else { return nil }
        self.base = base
    }

    private static func presented(_ name: String) -> String { name.hasPrefix("lm_head.") ? name : prefix + name }

    private static func stored(_ name: String) -> String? {
        if name.hasPrefix("lm_head.") { return name }
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : nil
    }

    var names: [String] { base.names.map(Self.presented) }

    func shape(of name: String) -> Shape? { Self.stored(name).flatMap { base.shape(of: $0) } }

    func tensor(named name: String) throws -> Tensor? { try Self.stored(name).flatMap { try base.tensor(named: $0) } }

    func releasePages() { base.releasePages() }
}
