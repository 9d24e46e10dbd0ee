import Autograd
import Kernels
import Layers
import Parameters
import Tensors

/// A block of ShuffleNet V2 (Ma et al. 2018, figure 3 c and d): one half of the channels goes on as it is, the other
/// through three convolutions. The first block of a stage takes all channels both ways and halves the extents.
///
/// Shapes: `[batch, height, width, channels]` → `[batch, height / stride, width / stride, outputs]`.
struct ShuffleBlock: Sendable {
    /// Where extents are halved: what becomes of the channels that else go on as they are.
    private var projection: [NormalizedConvolution]
    private var main: [NormalizedConvolution]

    /// - Parameter channels: nil for a block that keeps extents and channels.
    init(from channels: Int?, to outputs: Int, in scope: ParameterScope) {
        func pointwise(_ channels: Int, _ outputs: Int, in branch: ParameterScope, _ place: Int)
            -> NormalizedConvolution
        {
            NormalizedConvolution(
                channels, outputs, kernel: 1, activation: .relu, convolution: branch / place, norm: branch / (place + 1)
            )
        }
        let inner = outputs / 2
        let stride = channels == nil ? 1 : 2
        let kept = channels ?? inner
        func depthwise(_ channels: Int, in branch: ParameterScope, _ place: Int) -> NormalizedConvolution {
            NormalizedConvolution(
                channels, channels, kernel: 3, stride: stride, groups: channels, activation: .none,
                convolution: branch / place, norm: branch / (place + 1))
        }
        let branch = scope / "branch_main"
        main = [
            pointwise(kept, inner, in: branch, 0), depthwise(inner, in: branch, 3),
            pointwise(inner, outputs - kept, in: branch, 5),
        ]
        let other = scope / "branch_proj"
        projection = channels == nil ? [] : [depthwise(kept, in: other, 0), pointwise(kept, kept, in: other, 2)]
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        var (kept, changed) = projection.isEmpty ? Self.halves(x) : (x, x)
        for convolution in projection { kept = convolution(kept, mode: mode, updates: &updates) }
        for convolution in main { changed = convolution(changed, mode: mode, updates: &updates) }
        return concatenate([kept, changed], axis: 3)
    }

    /// The channels with even and with odd numbers: what the block before has put side by side is mixed so.
    private static func halves(_ x: Tensor) -> (Tensor, Tensor) {
        let shape = x.shape
        let pairs = reshape(x, [shape[0], shape[1], shape[2], shape[3] / 2, 2])
        func half(_ index: Int) -> Tensor {
            reshape(
                slice(pairs, axis: 4, range: index..<index + 1), [shape[0], shape[1], shape[2], shape[3] / 2])
        }
        return (half(0), half(1))
    }

    func folding() -> ShuffleBlock {
        var block = self
        block.projection = projection.map { $0.folding() }
        block.main = main.map { $0.folding() }
        return block
    }
}
