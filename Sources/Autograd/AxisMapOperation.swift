import Kernels
public import Tensors

/// What stands beyond the edges of a padded axis.
public enum PaddingMode: Sendable {
    case zeros
    /// The elements mirrored at the edge, which is not repeated; at most one less than the extent.
    case reflect
    /// The edge itself.
    case replicate
}

/// `before` more places in front of an axis and `after` behind it.
public func pad(_ x: Tensor, axis: Int, before: Int, after: Int, mode: PaddingMode = .zeros) -> Tensor {
    precondition(
        x.shape.indices.contains(axis) && before >= 0 && after >= 0
            && (mode == .zeros || x.shape[axis] > (mode == .reflect ? max(before, after) : 0)),
        "pad: axis \(axis) of \(x.shape) cannot be padded by \(before) and \(after)")
    let extent = x.shape[axis]
    return map(
        x, axis: axis,
        AxisMap(inputs: extent, outputs: before + extent + after) { place in
            let source = place - before
            if (0..<extent).contains(source) { return [(source, 1)] }
            switch mode {
            case .zeros: return []
            case .reflect: return [(source < 0 ? -source : 2 * (extent - 1) - source, 1)]
            case .replicate: return [(source < 0 ? 0 : extent - 1, 1)]
            }
        })
}

/// One axis in reverse order.
public func flip(_ x: Tensor, axis: Int) -> Tensor {
    let extent = x.shape[axis]
    return map(x, axis: axis, AxisMap(inputs: extent, outputs: extent) { [(extent - 1 - $0, 1)] })
}

/// One axis `count` times behind itself.
public func tile(_ x: Tensor, axis: Int, count: Int) -> Tensor {
    let extent = x.shape[axis]
    return map(x, axis: axis, AxisMap(inputs: extent, outputs: extent * count) { [($0 % extent, 1)] })
}

/// Applies a linear map along one axis.
func map(_ x: Tensor, axis: Int, _ map: AxisMap) -> Tensor {
    Tape.record(mapped(x, axis: axis, map), inputs: [x], AxisMapOperation(axis: axis, map: map))
}

private func mapped(_ x: Tensor, axis: Int, _ map: AxisMap) -> Tensor {
    var extents = Array(x.shape)
    extents[axis] = map.outputs
    return Tensor(
        shape: Shape(extents),
        initializingFloats: { result in
            x.withFloats {
                map.apply(
                    $0, outer: x.shape.prefix(axis).reduce(1, *), inner: x.shape.dropFirst(axis + 1).reduce(1, *),
                    into: result)
            }
        })
}

/// Average pooling, resizing, padding, flipping, tiling: linear maps along an axis.
struct AxisMapOperation: Operation {
    let name = "mapAlongAxis"
    let axis: Int
    let map: AxisMap

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [mapped(gradient, axis: axis, map.transposed)]
    }
}
