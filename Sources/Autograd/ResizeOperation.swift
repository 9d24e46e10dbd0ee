public import Kernels
public import Tensors

/// How a resized picture takes its pixels, as in PyTorch's `interpolate`.
public enum Resampling: Sendable, Hashable {
    /// The pixel at ⌊i · old / new⌋.
    case nearest
    /// The pixel whose centre is nearest.
    case nearestCenter
    /// Between neighbouring pixels. With aligned corners the centres of the corner pixels stay where they are, else the
    /// outer edges of the picture do.
    case bilinear(alignsCorners: Bool)
    /// By the cubic convolution of the four nearest pixels along each axis (Keys 1981, with a = -0.75); the outer edges stay
    /// where they are, and the pixels at the border stand for those beyond it.
    case bicubic
}

/// A picture of another size.
///
/// Shapes: `[batch, height, width, channels]` → `[batch, size.height, size.width, channels]`.
public func resize(_ x: Tensor, to size: Extent2d, _ resampling: Resampling) -> Tensor {
    precondition(
        x.rank == 4 && x.shape[1] > 0 && x.shape[2] > 0 && size.height > 0 && size.width > 0,
        "resize: a picture of shape \(x.shape) cannot become one of \(size)")
    // Rows first where there are fewer of them afterwards: less work for the second pass.
    let height = resampling.map(from: x.shape[1], to: size.height)
    let width = resampling.map(from: x.shape[2], to: size.width)
    return size.height < x.shape[1]
        ? map(map(x, axis: 1, height), axis: 2, width) : map(map(x, axis: 2, width), axis: 1, height)
}

/// A sequence of another length.
///
/// Shapes: `[batch, time, channels]` → `[batch, length, channels]`.
public func resize(_ x: Tensor, toLength length: Int, _ resampling: Resampling) -> Tensor {
    precondition(
        x.rank == 3 && x.shape[1] > 0 && length > 0,
        "resize: a sequence of shape \(x.shape) cannot become one of length \(length)")
    return map(x, axis: 1, resampling.map(from: x.shape[1], to: length))
}

extension Resampling {
    func map(from old: Int, to new: Int) -> AxisMap {
        // In single precision, as PyTorch has it: which pixel is nearest can depend on the rounding.
        let scale = Float(old) / Float(new)
        return AxisMap(inputs: old, outputs: new) { place -> [(input: Int, weight: Float)] in
            switch self {
            case .nearest:
                return [(min(Int(Float(place) * scale), old - 1), 1)]
            case .nearestCenter:
                return [(min(Int((Float(place) + 0.5) * scale), old - 1), 1)]
            case .bilinear(let alignsCorners):
                let position =
                    alignsCorners
                    ? Float(place) * (new > 1 ? Float(old - 1) / Float(new - 1) : 0)
                    : max(0, (Float(place) + 0.5) * scale - 0.5)
                let first = min(Int(position), old - 1)
                let fraction = position - Float(first)
                guard first + 1 < old else { return [(first, 1)] }
                return [(first, 1 - fraction), (first + 1, fraction)]
            case .bicubic:
                let position = (Float(place) + 0.5) * scale - 0.5
                let base = position.rounded(.down)
                let weights = Self.cubicWeights(position - base)
                var taps: [(input: Int, weight: Float)] = []
                for (offset, weight) in zip(-1...2, weights) {
                    let input = max(0, min(old - 1, Int(base) + offset))
                    if taps.last?.input == input {
                        taps[taps.count - 1].weight += weight
                    } else {
                        taps.append((input, weight))
                    }
                }
                return taps
            }
        }
    }

    /// Of the pixels before, at, behind and two behind a place, which lies `fraction` behind the second.
    private static func cubicWeights(_ fraction: Float) -> [Float] {
        let a: Float = -0.75
        func near(_ x: Float) -> Float { ((a + 2) * x - (a + 3)) * x * x + 1 }
        func far(_ x: Float) -> Float { ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
        return [far(fraction + 1), near(fraction), near(1 - fraction), far(2 - fraction)]
    }
}
