public import Tensors

/// The texts that a language model has read so far: their keys and values, and what tells the positions to come.
public struct LanguageModelPast {
    /// May be cut back and forked as texts are.
    public let cache: KeyValueCache
    /// Of models whose positions are told by rotation; a layer knows which is its own.
    package let rotations: [RotaryTable]
}
