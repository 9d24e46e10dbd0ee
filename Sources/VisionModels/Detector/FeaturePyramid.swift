import Autograd
import Kernels
import Parameters
import Tensors

/// Makes maps of equal width of a backbone's: what the small maps know of the whole goes down to the large ones (Lin et al.
/// 2017, "Feature Pyramid Networks"), and what those know of details goes up again (Liu et al. 2018, "Path Aggregation
/// Network"). Maps that the backbone does not have are made of the last one before them.
struct FeaturePyramid: Sendable {
    /// What is asked of the backbone.
    let sources: [BackboneMap]
    private var laterals: [NormalizedConvolution]
    /// Of as many levels as there are laterals too few; each halves the one before.
    private var extensions: [SeparableConvolution]
    private var downward: [SeparableConvolution]
    private var reductions: [SeparableConvolution]
    private var upward: [SeparableConvolution]

    /// - Parameter maps: of the backbone; one of them is at least as large as the largest of the pyramid.
    init(strides: [Int], width: Int, on maps: [BackboneMap], in scope: ParameterScope) {
        let known = maps.filter { strides.contains($0.stride) }
        // A backbone that ends earlier gives its last map.
        sources = known.isEmpty ? Array(maps.suffix(1)) : known
        laterals = sources.enumerated().map { index, map in
            NormalizedConvolution(
                map.width, width, kernel: 1, activation: .silu, convolution: scope / "lateral" / index,
                norm: scope / "lateral_norm" / index)
        }
        func convolutions(_ name: String, _ count: Int, stride: Int = 1) -> [SeparableConvolution] {
            (0..<count).map { SeparableConvolution(width, width, stride: stride, in: scope / name / $0) }
        }
        let (last, end) = (sources.last?.stride ?? 1, strides.last ?? 1)
        var (count, stride) = (0, last)
        while stride < end { (count, stride) = (count + 1, 2 * stride) }
        extensions = convolutions("extension", count, stride: 2)
        downward = convolutions("downward", strides.count - 1)
        reductions = convolutions("reduction", strides.count - 1, stride: 2)
        upward = convolutions("upward", strides.count - 1)
    }

    /// Shapes: of each source `[batch, height, width, channels]` → of each stride `[batch, height, width, width]`.
    func callAsFunction(_ sources: [Tensor], mode: Mode, updates: inout BufferUpdates) -> [Tensor] {
        var maps: [Tensor] = []
        for (source, lateral) in zip(sources, laterals) { maps.append(lateral(source, mode: mode, updates: &updates)) }
        for halving in extensions {
            guard let last = maps.last else { preconditionFailure("a pyramid without a source") }
            maps.append(halving(last, mode: mode, updates: &updates))
        }
        // A larger map than the pyramid's largest was but the beginning of its extensions.
        maps = Array(maps.suffix(downward.count + 1))
        for level in downward.indices.reversed() {
            let size = Extent2d(height: maps[level].shape[1], width: maps[level].shape[2])
            let sum = add(maps[level], resize(maps[level + 1], to: size, .nearest))
            maps[level] = downward[level](sum, mode: mode, updates: &updates)
        }
        for level in upward.indices {
            let reduced = reductions[level](maps[level], mode: mode, updates: &updates)
            maps[level + 1] = upward[level](add(maps[level + 1], reduced), mode: mode, updates: &updates)
        }
        return maps
    }

    func folding() -> FeaturePyramid {
        var pyramid = self
        pyramid.laterals = laterals.map { $0.folding() }
        pyramid.extensions = extensions.map { $0.folding() }
        pyramid.downward = downward.map { $0.folding() }
        pyramid.reductions = reductions.map { $0.folding() }
        pyramid.upward = upward.map { $0.folding() }
        return pyramid
    }
}
