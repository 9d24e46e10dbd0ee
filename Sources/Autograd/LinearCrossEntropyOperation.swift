import Kernels
public import Tensors

/// `crossEntropy(linear(x, weight), targets)` without the logits: chunks of rows go from the product to the gradients, so
/// that the memory does not grow with rows · classes. For the head of a language model.
///
/// Shapes: `x` `[…, inputs]`, `weight` `[classes, inputs]`, `targets` `[…]` of `int32`; the other parameters are those
/// of ``crossEntropy(_:_:ignoring:labelSmoothing:reduction:)``. See docs/derivations/cross-entropy.md.
public func linearCrossEntropy(
    _ x: Tensor, _ weight: Weight, _ targets: Tensor, ignoring ignoredIndex: Int32? = nil, labelSmoothing: Float = 0,
    reduction: Reduction = .mean
) -> Tensor {
    let (classes, inputs) = (weight.shape[0], weight.shape[1])
    precondition(
        x.rank > 0 && x.shape[x.rank - 1] == inputs && targets.elementCount * inputs == x.elementCount,
        "linearCrossEntropy: targets \(targets.shape), an input \(x.shape) and a weight \(weight.shape) do not fit")
    let labels = ClassTargets(targets, ignoring: ignoredIndex)
    let scale = labels.scale(reduction)
    let computation = LinearCrossEntropy(
        x: x, weight: weight, labels: labels, labelSmoothing: labelSmoothing, scale: scale)
    var loss: Float = 0
    var (xGradient, weightGradient): (Tensor?, Tensor?)
    func run(_ dx: UnsafeMutablePointer<Float>?, _ dWeight: UnsafeMutablePointer<Float>?) {
        loss = computation.run(dx, dWeight) * scale
    }
    func withWeightGradient(_ dx: UnsafeMutablePointer<Float>?) {
        guard Tape.isTracking([weight.recorded]) else { return run(dx, nil) }
        weightGradient = Tensor(shape: [classes, inputs], initializingFloats: { run(dx, $0) })
    }
    if Tape.isTracking([x]) {
        xGradient = Tensor(shape: x.shape, initializingFloats: { withWeightGradient($0) })
    } else {
        withWeightGradient(nil)
    }
    return Tape.record(
        Tensor([loss], shape: []), inputs: [x, weight.recorded],
        LinearCrossEntropyOperation(xGradient: xGradient, weightGradient: weightGradient))
}

private struct LinearCrossEntropy {
    let x: Tensor
    let weight: Weight
    let labels: ClassTargets
    let labelSmoothing: Float
    let scale: Float

    /// The sum of the losses; fills the gradients that are asked for.
    func run(_ dx: UnsafeMutablePointer<Float>?, _ dWeight: UnsafeMutablePointer<Float>?) -> Float {
        let (classes, inputs) = (weight.shape[0], weight.shape[1])
        let rows = labels.count
        // 8 MB of logits at a time, and rows enough for the products.
        let chunk = max(128, min(rows, (2 << 20) / max(1, classes)))
        let back = dx == nil ? nil : transposed
        var total = 0.0
        if rows == 0, let dWeight { dWeight.initialize(repeating: 0, count: classes * inputs) }
        x.withFloats { x in
            for first in stride(from: 0, to: rows, by: chunk) {
                let range = first..<min(rows, first + chunk)
                let source = x + first * inputs
                // Made and released chunk by chunk; the pool hands out the same block.
                _ = Tensor(
                    shape: [range.count, classes],
                    initializingFloats: { logits in
                        MatrixProduct.multiply(
                            source, rows: range.count, rowStride: inputs, by: weight.matrix, into: logits,
                            rowStride: classes)
                        let wantsGradient = dx != nil || dWeight != nil
                        total += Double(
                            labels.loss(
                                of: logits, rows: range, classes, labelSmoothing, scale, wantsGradient ? logits : nil))
                        if let dx, let back {
                            MatrixProduct.multiply(
                                logits, rows: range.count, rowStride: classes, by: back, into: dx + first * inputs,
                                rowStride: inputs)
                        }
                        if let dWeight {
                            MatrixProduct.multiply(
                                m: classes, n: inputs, k: range.count, a: logits, aStride: classes, transposeA: true,
                                b: source, bStride: inputs, beta: first == 0 ? 0 : 1, c: dWeight, cStride: inputs)
                        }
                    })
            }
        }
        return Float(total)
    }

    /// The weight packed for the product with gradients of logits, once for all chunks.
    private var transposed: PackedMatrix {
        let dense = weight.tensor
        return dense.withUnsafeBytes {
            PackedMatrix(
                outputs: weight.shape[1], inputs: weight.shape[0], elementType: dense.elementType,
                $0.baseAddress!, isTransposed: true)  // a pool block is never empty
        }
    }
}

struct LinearCrossEntropyOperation: Operation {
    let name = "linearCrossEntropy"
    let xGradient: Tensor?
    let weightGradient: Tensor?

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let factor = gradient.scalar
        return [xGradient, weightGradient].map { saved in
            saved.map { factor == 1 ? $0 : Arithmetic.scaled($0, by: factor) }
        }
    }
}
