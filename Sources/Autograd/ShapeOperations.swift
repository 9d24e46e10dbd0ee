import Kernels
public import Tensors

/// The same elements in the same order under another shape; shares storage.
public func reshape(_ x: Tensor, _ shape: Shape) -> Tensor {
    Tape.record(x.viewed(as: shape), inputs: [x], ReshapeOperation(shape: x.shape))
}

/// The entries `range` of the leading axis; shares storage.
///
/// Shapes: `[n, …]` → `[range.count, …]`.
public func slice(_ x: Tensor, _ range: Range<Int>) -> Tensor { slice(x, axis: 0, range: range) }

/// The entries `range` of one axis. Shares storage if that is the leading one.
public func slice(_ x: Tensor, axis: Int, range: Range<Int>) -> Tensor {
    precondition(
        x.shape.indices.contains(axis) && range.lowerBound >= 0 && range.upperBound <= x.shape[axis],
        "slice: \(range) lies outside axis \(axis) of \(x.shape)")
    let result = axis == 0 ? x.leadingSlice(range) : AxisParts(x.shape, axis).part(of: x, range)
    return Tape.record(result, inputs: [x], SliceOperation(shape: x.shape, axis: axis, range: range))
}

/// Consecutive parts of one axis, of the given extents, which add up to its own.
public func split(_ x: Tensor, extents: [Int], axis: Int) -> [Tensor] {
    precondition(
        x.shape.indices.contains(axis) && extents.reduce(0, +) == x.shape[axis],
        "split: \(extents) do not add up to axis \(axis) of \(x.shape)")
    var start = 0
    return extents.map { extent in
        defer { start += extent }
        return slice(x, axis: axis, range: start..<start + extent)
    }
}

/// The tensors behind each other along one axis; the other extents are equal.
public func concatenate(_ tensors: [Tensor], axis: Int) -> Tensor {
    precondition(!tensors.isEmpty, "concatenate: at least one tensor is needed")
    let first = tensors[0].shape
    for tensor in tensors {
        precondition(
            tensor.rank == first.count && first.indices.contains(axis)
                && first.indices.allSatisfy { $0 == axis || tensor.shape[$0] == first[$0] },
            "concatenate: shapes \(first) and \(tensor.shape) do not fit along axis \(axis)")
    }
    var extents = Array(first)
    extents[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    let shape = Shape(extents)
    let parts = AxisParts(shape, axis)
    let result = Tensor(
        shape: shape,
        initializingFloats: { result in
            var start = 0
            for tensor in tensors {
                parts.write(tensor, at: start, to: result)
                start += tensor.shape[axis]
            }
        })
    return Tape.record(
        result, inputs: tensors, ConcatenationOperation(axis: axis, extents: tensors.map { $0.shape[axis] }))
}

/// How the parts of one axis lie in memory: `outer` runs of extent · `inner` elements.
private struct AxisParts {
    let shape: Shape
    let axis: Int
    let outer: Int
    let inner: Int

    init(_ shape: Shape, _ axis: Int) {
        self.shape = shape
        self.axis = axis
        outer = shape.prefix(axis).reduce(1, *)
        inner = shape.dropFirst(axis + 1).reduce(1, *)
    }

    func part(of x: Tensor, _ range: Range<Int>) -> Tensor {
        var extents = Array(shape)
        extents[axis] = range.count
        let (count, whole) = (range.count * inner, shape[axis] * inner)
        return Tensor(shape: Shape(extents), elementType: x.elementType) { result in
            x.withUnsafeBytes { source in
                let size = x.elementType.byteCount
                for run in 0..<outer {
                    let start = (run * whole + range.lowerBound * inner) * size
                    UnsafeMutableRawBufferPointer(rebasing: result[run * count * size..<(run + 1) * count * size])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + count * size]))
                }
            }
        }
    }

    func write(_ part: Tensor, at start: Int, to result: UnsafeMutablePointer<Float>) {
        let (count, whole) = (part.shape[axis] * inner, shape[axis] * inner)
        part.withFloats { source in
            for run in 0..<outer {
                (result + run * whole + start * inner).update(from: source + run * count, count: count)
            }
        }
    }
}

struct ReshapeOperation: Operation {
    let name = "reshape"
    let shape: Shape

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] { [gradient.viewed(as: shape)] }
}

struct SliceOperation: Operation {
    let name = "slice"
    let shape: Shape
    let axis: Int
    let range: Range<Int>

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            Tensor(
                shape: shape,
                initializingFloats: { result in
                    result.initialize(repeating: 0, count: shape.elementCount)
                    AxisParts(shape, axis).write(gradient, at: range.lowerBound, to: result)
                })
        ]
    }
}

struct ConcatenationOperation: Operation {
    let name = "concatenate"
    let axis: Int
    let extents: [Int]

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let parts = AxisParts(gradient.shape, axis)
        var start = 0
        return extents.enumerated().map { index, extent in
            defer { start += extent }
            return wanted[index] ? parts.part(of: gradient, start..<start + extent) : nil
        }
    }
}
