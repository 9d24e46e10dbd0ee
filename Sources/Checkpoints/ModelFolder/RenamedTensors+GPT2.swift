import Parameters

extension RenamedTensors {
    /// GPT-2's oldest folders, those of its publisher among them, leave out the first part of every name, and hold the
    /// masks of attention. These are the weights as the later ones have them, so that adapters, exports and whoever else
    /// goes by names find what they know.
    ///
    /// Nil where `base` is nothing of that kind.
    init?(ofGPT2 base: any TensorSource) {
        let prefix = "transformer."
        let isBare = base.shape(of: "wte.weight") != nil && base.shape(of: "wpe.weight") != nil
        guard isBare || base.shape(of: prefix + "wpe.weight") != nil else { return nil }
        let bare = isBare ? base.names.filter { !$0.hasPrefix("lm_head.") } : []
        self.init(
            base, names: Dictionary(uniqueKeysWithValues: bare.map { ($0, prefix + $0) }),
            leavingOut: { $0.hasSuffix(".attn.bias") || $0.hasSuffix(".attn.masked_bias") })
    }
}
