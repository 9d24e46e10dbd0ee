import Kernels
import Parameters
import Tensors

/// GPT-2's oldest folders, those of its publisher among them, leave out the first part of every name, and hold the masks
/// of attention. These are the weights as the later ones have them, so that adapters, exports and whoever else goes by
/// names find what they know.
struct GPT2Names: TensorSource {
    private static let prefix = "transformer."
    private let base: any TensorSource
    /// Stored names by those that are presented.
    private let stored: [String: String]
    let names: [String]

    /// Nil where `base` is nothing of that kind.
    init?(_ base: any TensorSource) {
        let isBare = base.shape(of: "wte.weight") != nil && base.shape(of: "wpe.weight") != nil
        guard isBare || base.shape(of: Self.prefix + "wpe.weight") != nil else { return nil }
        self.base = base
        let kept = base.names.filter { !$0.hasSuffix(".attn.bias") && !$0.hasSuffix(".attn.masked_bias") }
        names = kept.map { isBare && !$0.hasPrefix("lm_head.") ? Self.prefix + $0 : $0 }
        stored = Dictionary(zip(names, kept), uniquingKeysWith: { first, _ in first })
    }

    func shape(of name: String) -> Shape? { stored[name].flatMap { base.shape(of: $0) } }

    func tensor(named name: String) throws -> Tensor? { try stored[name].flatMap { try base.tensor(named: $0) } }

    func quantizedMatrix(named name: String) throws -> QuantizedMatrix? {
        try stored[name].flatMap { try base.quantizedMatrix(named: $0) }
    }

    func releasePages() { base.releasePages() }
}
