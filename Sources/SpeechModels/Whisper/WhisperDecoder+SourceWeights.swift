import Autograd
import Layers
import Parameters
import Tensors

/// A head of a decoder layer whose attention to the encoder's output follows the sound.
struct AlignmentHead: Sendable, Equatable {
    var layer: Int
    var head: Int
}

extension WhisperDecoder {
    /// Reads known tokens in one pass, from the first position on, and tells what each of them listens to.
    ///
    /// Shapes: states `[tokens, width]`, from which each next token is predicted; for each of `heads`, in their order,
    /// weights `[tokens, source positions]` whose rows add up to 1.
    ///
    /// - Parameters:
    ///   - tokens: at least one, at most as many as the decoder has positions.
    ///   - cache: an empty one.
    func reading(
        _ tokens: [Int], source: WhisperSource, heads: [AlignmentHead], cache: KeyValueCache
    ) -> (states: Tensor, weights: [Tensor]) {
        let (time, width) = (tokens.count, norm.weight.shape[0])
        precondition(
            time > 0 && time <= positions.shape[0],
            "Whisper decoder: \(time) tokens do not fit its \(positions.shape[0]) positions")
        let embedded = embedding(Tensor(tokens.map { Int32($0) }, shape: [1, time]))
        var x = add(
            reshape(embedded, [time * width]), reshape(slice(positions.value, 0..<time), [time * width]))
        x = reshape(x, [1, time, width])
        var weights: [Tensor?] = Array(repeating: nil, count: heads.count)
        for (index, layer) in layers.enumerated() {
            let places = heads.indices.filter { heads[$0].layer == index }
            let found: [Tensor]
            (x, found) = layer.reading(
                x, source: source.layers[index], cache: cache, index: index, heads: places.map { heads[$0].head })
            for (place, tensor) in zip(places, found) { weights[place] = tensor }
        }
        cache.advance(by: time, sequences: 1)
        return (reshape(norm(x), [time, width]), weights.compactMap { $0 })
    }
}

extension WhisperDecoderLayer {
    /// What `callAsFunction` does, with the weights of the attention to the encoder's output.
    fileprivate func reading(
        _ x: Tensor, source: AttentionSource, cache: KeyValueCache, index: Int, heads: [Int]
    ) -> (Tensor, [Tensor]) {
        var x = attention.attend(attentionNorm(x), extending: cache, layer: index, residual: x)
        let asking = sourceAttentionNorm(x)
        x = sourceAttention.attend(asking, to: source, residual: x)
        return (feedForward(x), sourceAttention.weights(asking, to: source, heads: heads))
    }
}
