public import Autograd
public import Parameters
public import Tensors

/// A network that foresees each next token from those before it, whatever its architecture is.
///
/// Everything that reads, writes, scores or trains texts goes through this; ``LanguageModelConfiguration`` makes one.
public protocol CausalLanguageModel: Sendable {
    associatedtype Configuration: LanguageModelConfiguration

    var configuration: Configuration { get }

    /// What turns vectors into logits: `[vocabulary, width]`; the token embedding itself where the two are tied.
    var head: Parameter { get }

    /// Builds the model on `store`, whose names are those of a Hugging Face folder, and verifies that all of them fit.
    init(_ configuration: Configuration, in store: ParameterStore) throws

    /// Vectors from which each position's next token is foreseen, over whole sequences.
    ///
    /// Shapes: `tokens` `[sequences, time]` of `int32` → `[sequences, time, width]`.
    ///
    /// - Parameter dropout: the probability with which an element of the embedding, or of what a sub-layer adds, is
    ///   dropped in training.
    func callAsFunction(_ tokens: Tensor, mode: Mode, dropout: Float) -> Tensor

    /// Logits over the vocabulary. Shapes: `[…, width]` → `[…, vocabulary]`.
    func logits(_ states: Tensor) -> Tensor

    /// The cross-entropy of ``logits(_:)`` with each position's next token, in nats; the logits need not exist as a whole.
    ///
    /// Shapes: `states` `[sequences, time, width]`, `targets` `[sequences, time]` of `int32` → a scalar.
    func crossEntropy(
        ofStates states: Tensor, targets: Tensor, ignoring ignoredTarget: Int32?, labelSmoothing: Float,
        reduction: Reduction
    ) -> Tensor

    /// What texts of up to `positions` tokens, side by side, are decoded with; `positions` is at most the context.
    func makePast(sequences: Int, positions: Int) -> LanguageModelPast

    /// The vectors for tokens that continue what `past` holds, to which it appends them. A prompt goes through in one
    /// call, and so do the next tokens of several texts, whose pasts may differ in length.
    ///
    /// Shapes: `tokens` `[sequences, time]` of `int32` → `[sequences, time, width]`.
    func callAsFunction(_ tokens: Tensor, extending past: LanguageModelPast) -> Tensor

    /// Brings every matrix into the form that products read, so that the first token takes no longer than the next.
    func pack()
}

extension CausalLanguageModel {
    public func logits(_ states: Tensor) -> Tensor { linear(states, head.weight) }

    public func callAsFunction(_ tokens: Tensor) -> Tensor { self(tokens, mode: .inference, dropout: 0) }

    public func makePast(positions: Int) -> LanguageModelPast { makePast(sequences: 1, positions: positions) }

    public func crossEntropy(
        ofStates states: Tensor, targets: Tensor, ignoring ignoredTarget: Int32?, labelSmoothing: Float,
        reduction: Reduction
    ) -> Tensor {
        linearCrossEntropy(
            states, head.weight, targets, ignoring: ignoredTarget, labelSmoothing: labelSmoothing,
            reduction: reduction)
    }

    /// The cross-entropy of each position's next token, in nats: what training makes small.
    ///
    /// Shapes: `tokens` and `targets` `[sequences, time]` of `int32` → a scalar.
    ///
    /// - Parameters:
    ///   - targets: the token that follows at each position.
    ///   - ignoredTarget: positions with this target are left out.
    ///   - reduction: over all positions that count.
    public func loss(
        _ tokens: Tensor, targets: Tensor, ignoring ignoredTarget: Int32? = nil, mode: Mode = .inference,
        dropout: Float = 0, labelSmoothing: Float = 0, reduction: Reduction = .mean
    ) -> Tensor {
        crossEntropy(
            ofStates: self(tokens, mode: mode, dropout: dropout), targets: targets, ignoring: ignoredTarget,
            labelSmoothing: labelSmoothing, reduction: reduction)
    }
}
