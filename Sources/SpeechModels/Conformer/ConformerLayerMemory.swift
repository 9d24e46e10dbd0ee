import Autograd
import Kernels
import Layers
import Parameters
import Tensors

/// What a layer remembers of the chunks before: keys and values of the frames that may still be seen, and what its convolution
/// over frames needs of them.
struct ConformerLayerMemory: Sendable {
    /// Not turned by positions, which are counted anew for each chunk. Shape `[1, frames, width]`.
    var keys: Tensor
    var values: Tensor
    /// Shape `[1, taps - 1, width]`; silence before the first frame.
    var gated: Tensor
    private let frameLimit: Int

    init(_ configuration: ConformerConfiguration, chunks: ConformerChunks) {
        keys = Tensor([Float](), shape: [1, 0, configuration.width])
        values = keys
        let before = configuration.taps - 1
        gated = Tensor(
            [Float](repeating: 0, count: before * configuration.width), shape: [1, before, configuration.width])
        frameLimit = chunks.leftFrames
    }

    /// The keys and values that a chunk sees, of which its own come last; they are remembered.
    mutating func attending(_ newKeys: Tensor, _ newValues: Tensor) -> (keys: Tensor, values: Tensor) {
        let seen = (keys: Self.joined(keys, newKeys), values: Self.joined(values, newValues))
        keys = Self.last(frameLimit, of: seen.keys)
        values = Self.last(frameLimit, of: seen.values)
        return seen
    }

    /// What the convolution over a chunk's frames sees.
    mutating func convolving(_ new: Tensor) -> Tensor {
        let seen = Self.joined(gated, new)
        gated = Self.last(gated.shape[1], of: seen)
        return seen
    }

    private static func joined(_ old: Tensor, _ new: Tensor) -> Tensor {
        old.shape[1] == 0 ? new : concatenate([old, new], axis: 1)
    }

    private static func last(_ count: Int, of x: Tensor) -> Tensor {
        let time = x.shape[1]
        guard count > 0 else { return Tensor([Float](), shape: [1, 0, x.shape[2]]) }
        return time <= count ? x : slice(x, axis: 1, range: time - count..<time)
    }
}

extension ConformerLayer {
    /// The same as over the whole recording, for the frames of a chunk. Shapes: `[1, frames, width]`, and the same.
    func callAsFunction(_ input: Tensor, _ memory: inout ConformerLayerMemory, _ positions: ConformerPositions)
        -> Tensor
    {
        var x = firstHalf(input)
        x = attention(x, &memory, positions)
        x = convolution(x, &memory)
        return norm(secondHalf(x))
    }
}

extension ConformerFeedForward {
    fileprivate func callAsFunction(_ x: Tensor) -> Tensor {
        add(x, scale(down(up(norm(x), activation: .silu)), by: 0.5))
    }
}

extension ConformerAttention {
    fileprivate func callAsFunction(
        _ x: Tensor, _ memory: inout ConformerLayerMemory, _ positions: ConformerPositions
    ) -> Tensor {
        let normed = norm(x)
        let seen = memory.attending(keys(normed), values(normed))
        let before = seen.keys.shape[1] - x.shape[1]
        let attended = Autograd.attention(
            positions.rotated(queries(normed), heads: heads, from: before),
            positions.rotated(seen.keys, heads: heads), seen.values, heads: heads)
        return add(x, output(attended))
    }
}

extension ConformerConvolution {
    fileprivate func callAsFunction(_ x: Tensor, _ memory: inout ConformerLayerMemory) -> Tensor {
        var updates = BufferUpdates()
        let inner = depthwise(memory.convolving(glu(first(norm(x)))))
        return add(x, second(silu(batchNorm(inner, mode: .inference, updates: &updates))))
    }
}
