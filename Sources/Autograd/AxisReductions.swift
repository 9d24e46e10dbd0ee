import Kernels
public import Tensors

/// The sum over one axis, which vanishes, or stays with the extent 1 if `keepsAxis`.
public func sum(_ x: Tensor, axis: Int, keepsAxis: Bool = false) -> Tensor {
    summed(x, axis: axis, factor: 1, keepsAxis: keepsAxis)
}

/// The sum over several axes.
public func sum(_ x: Tensor, axes: [Int], keepsAxes: Bool = false) -> Tensor {
    overAxes(x, axes, keepsAxes: keepsAxes) { sum($0, axis: $1, keepsAxis: $2) }
}

/// The mean over one axis, which vanishes, or stays with the extent 1 if `keepsAxis`.
public func mean(_ x: Tensor, axis: Int, keepsAxis: Bool = false) -> Tensor {
    summed(x, axis: axis, factor: 1 / Float(x.shape[axis]), keepsAxis: keepsAxis)
}

/// The mean over several axes.
public func mean(_ x: Tensor, axes: [Int], keepsAxes: Bool = false) -> Tensor {
    overAxes(x, axes, keepsAxes: keepsAxes) { mean($0, axis: $1, keepsAxis: $2) }
}

/// Σ (x - mean)² / (count - correction) over one axis; a correction of 1 is PyTorch's default.
public func variance(_ x: Tensor, axis: Int, correction: Int = 1, keepsAxis: Bool = false) -> Tensor {
    let distances = square(subtract(x, mean(x, axis: axis, keepsAxis: true)))
    return summed(
        distances, axis: axis, factor: 1 / Float(max(0, x.shape[axis] - correction)), keepsAxis: keepsAxis)
}

/// The largest over one axis; its gradient goes to the first place that has it. NaN where there is one.
public func max(_ x: Tensor, axis: Int, keepsAxis: Bool = false) -> Tensor {
    precondition(x.shape[axis] > 0, "max: axis \(axis) of \(x.shape) is empty")
    let parts = AxisRuns(x.shape, axis)
    let shape = parts.reducedShape(keepsAxis: keepsAxis)
    // To the kernel, each run is a picture of one row under one window.
    let pooling = MaximumPooling(
        input: Extent2d(height: 1, width: parts.extent), rows: [0..<1], columns: [0..<parts.extent])
    func result(_ places: UnsafeMutablePointer<Int32>?) -> Tensor {
        Tensor(
            shape: shape,
            initializingFloats: { result in
                x.withFloats {
                    pooling.forward($0, batch: parts.outer, channels: parts.inner, into: result, places: places)
                }
            })
    }
    guard Tape.isTracking([x]) else { return result(nil) }
    var maxima: Tensor?
    let places = Tensor(shape: shape, elementType: .int32) {
        maxima = result($0.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard let maxima else { preconditionFailure("max: the places are made together with the maxima") }
    return Tape.record(
        maxima, inputs: [x], MaximumOperation(pooling: pooling, shape: x.shape, axis: axis, places: places))
}

/// The smallest over one axis; its gradient goes to the first place that has it. NaN where there is one.
public func min(_ x: Tensor, axis: Int, keepsAxis: Bool = false) -> Tensor {
    negate(max(negate(x), axis: axis, keepsAxis: keepsAxis))
}

/// a · sigmoid(b), where a and b are the halves of one axis, the last unless given (Dauphin et al. 2017).
public func glu(_ x: Tensor, axis: Int? = nil) -> Tensor {
    let axis = axis ?? x.rank - 1
    precondition(
        x.shape.indices.contains(axis) && x.shape[axis].isMultiple(of: 2),
        "glu: axis \(axis) of \(x.shape) has no halves")
    let half = x.shape[axis] / 2
    return multiply(
        slice(x, axis: axis, range: 0..<half), sigmoid(slice(x, axis: axis, range: half..<2 * half)))
}

/// How one axis lies in memory: `outer` runs of `extent` times `inner` elements.
struct AxisRuns {
    let shape: Shape
    let axis: Int
    let outer: Int
    let extent: Int
    let inner: Int

    init(_ shape: Shape, _ axis: Int) {
        precondition(shape.indices.contains(axis), "axis \(axis) of the shape \(shape) does not exist")
        self.shape = shape
        self.axis = axis
        outer = shape.prefix(axis).reduce(1, *)
        extent = shape[axis]
        inner = shape.dropFirst(axis + 1).reduce(1, *)
    }

    func reducedShape(keepsAxis: Bool) -> Shape {
        Shape(shape.prefix(axis) + (keepsAxis ? [1] : []) + shape.dropFirst(axis + 1))
    }
}

private func overAxes(
    _ x: Tensor, _ axes: [Int], keepsAxes: Bool, _ reduce: (Tensor, Int, Bool) -> Tensor
) -> Tensor {
    precondition(Set(axes).count == axes.count, "the axes \(axes) are not distinct")
    // From the last to the first, so that the numbers of the others stay right.
    return axes.sorted(by: >).reduce(x) { reduce($0, $1, keepsAxes) }
}

private func summed(_ x: Tensor, axis: Int, factor: Float, keepsAxis: Bool) -> Tensor {
    let runs = AxisRuns(x.shape, axis)
    let sums = Tensor(
        shape: runs.reducedShape(keepsAxis: keepsAxis),
        initializingFloats: { result in
            x.withFloats { source in
                if runs.inner == 1 {
                    Rows.sum(source, rows: runs.outer, columns: runs.extent, into: result)
                } else {
                    for run in 0..<runs.outer {
                        Rows.columnSum(
                            source + run * runs.extent * runs.inner, rows: runs.extent, columns: runs.inner,
                            into: result + run * runs.inner)
                    }
                }
            }
        })
    return Tape.record(
        factor == 1 ? sums : Arithmetic.scaled(sums, by: factor), inputs: [x],
        AxisSumOperation(shape: x.shape, axis: axis, factor: factor))
}

struct AxisSumOperation: Operation {
    let name = "sumOverAxis"
    let shape: Shape
    let axis: Int
    let factor: Float

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let runs = AxisRuns(shape, axis)
        let scaled = factor == 1 ? gradient : Arithmetic.scaled(gradient, by: factor)
        return [
            Tensor(
                shape: shape,
                initializingFloats: { result in
                    scaled.withFloats { source in
                        for run in 0..<runs.outer {
                            let (row, target) = (source + run * runs.inner, result + run * runs.extent * runs.inner)
                            if runs.inner == 1 {
                                target.initialize(repeating: row[0], count: runs.extent)
                            } else {
                                for place in 0..<runs.extent {
                                    (target + place * runs.inner).update(from: row, count: runs.inner)
                                }
                            }
                        }
                    }
                })
        ]
    }
}

struct MaximumOperation: Operation {
    let name = "maximumOverAxis"
    let pooling: MaximumPooling
    let shape: Shape
    let axis: Int
    let places: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let runs = AxisRuns(shape, axis)
        return [
            Tensor(
                shape: shape,
                initializingFloats: { result in
                    gradient.withFloats { gradientPointer in
                        places.withIntegers {
                            pooling.gradient(
                                gradientPointer, places: $0, batch: runs.outer, channels: runs.inner, into: result)
                        }
                    }
                })
        ]
    }
}
