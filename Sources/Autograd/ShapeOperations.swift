public import Tensors

/// The same elements in the same order under another shape; shares storage.
public func reshape(_ x: Tensor, _ shape: Shape) -> Tensor {
    Tape.record(x.viewed(as: shape), inputs: [x], ReshapeOperation(shape: x.shape))
}

/// The entries `range` of the leading axis; shares storage.
///
/// Shapes: `[n, …]` → `[range.count, …]`.
public func slice(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    Tape.record(x.leadingSlice(range), inputs: [x], SliceOperation(shape: x.shape, range: range))
}

struct ReshapeOperation: Operation {
    let name = "reshape"
    let shape: Shape

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] { [gradient.viewed(as: shape)] }
}

struct SliceOperation: Operation {
    let name = "slice"
    let shape: Shape
    let range: Range<Int>

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let rowCount = shape.dropFirst().reduce(1, *)
        return [
            Tensor(
                shape: shape,
                initializingFloats: { result in
                    result.initialize(repeating: 0, count: shape.elementCount)
                    gradient.withFloats { source in
                        (result + range.lowerBound * rowCount).update(from: source, count: gradient.elementCount)
                    }
                })
        ]
    }
}
