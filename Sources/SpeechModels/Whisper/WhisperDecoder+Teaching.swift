import Autograd
import Layers
import Parameters
import Tensors

extension WhisperDecoder {
    /// Reads whole texts at once, as training has them: the vectors from which each next token is predicted.
    ///
    /// Shapes: `tokens` `[batch, time]` of `int32`, `encoded` `[batch, source positions, width]` → `[batch, time, width]`.
    /// What fills up a text at its end has no effect on what stands before it.
    func callAsFunction(_ tokens: Tensor, encoded: Tensor) -> Tensor {
        let (batch, time, width) = (tokens.shape[0], tokens.shape[1], norm.weight.shape[0])
        precondition(
            time <= positions.shape[0] && encoded.shape[0] == batch,
            "Whisper decoder: tokens \(tokens.shape) do not fit \(positions.shape[0]) positions and \(encoded.shape)")
        var x = reshape(embedding(tokens), [batch, time * width])
        x = add(x, reshape(slice(positions.value, 0..<time), [time * width]))
        x = reshape(x, [batch, time, width])
        for layer in layers { x = layer.teaching(x, encoded: encoded) }
        return norm(x)
    }
}

extension WhisperDecoderLayer {
    fileprivate func teaching(_ x: Tensor, encoded: Tensor) -> Tensor {
        var x = attention.attendCausally(attentionNorm(x), residual: x)
        x = sourceAttention.attend(sourceAttentionNorm(x), over: encoded, residual: x)
        return feedForward(x)
    }
}
