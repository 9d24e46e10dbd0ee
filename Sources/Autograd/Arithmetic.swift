import Kernels
import Tensors

/// Forward computations on tensors that operations and their backward share. Not recorded: only this module calls them.
enum Arithmetic {
    static func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(.add, a, b)
    }

    static func product(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(.multiply, a, b)
    }

    static func scaled(_ a: Tensor, by factor: Float) -> Tensor {
        Tensor(
            shape: a.shape,
            initializingFloats: { result in
                a.withFloats {
                    Elementwise.combine(.multiply, $0, scalar: factor, into: result, count: a.elementCount)
                }
            })
    }

    /// The sum over all rows of `[…, columns]`, as `[columns]`: the gradient of a broadcast row.
    static func rowSum(_ a: Tensor) -> Tensor {
        let columns = a.shape[a.rank - 1]
        let rows = a.elementCount / max(1, columns)
        return Tensor(
            shape: [columns],
            initializingFloats: { result in
                a.withFloats { Rows.columnSum($0, rows: rows, columns: columns, into: result) }
            })
    }

    static func value(of function: Elementwise.Function, _ x: Tensor) -> Tensor {
        Tensor(
            shape: x.shape,
            initializingFloats: { result in
                x.withFloats { Elementwise.apply(function, $0, into: result, count: x.elementCount) }
            })
    }

    /// `gradient` times the slope of `function`, which may need its input or its result.
    static func gradient(
        of function: Elementwise.Function, input: Tensor?, result: Tensor?, _ gradient: Tensor
    ) -> Tensor {
        Tensor(
            shape: gradient.shape,
            initializingFloats: { target in
                withOptionalFloats(input) { inputPointer in
                    withOptionalFloats(result) { resultPointer in
                        gradient.withFloats {
                            Elementwise.gradient(
                                of: function, input: inputPointer, result: resultPointer, resultGradient: $0,
                                into: target, count: gradient.elementCount)
                        }
                    }
                }
            })
    }

    /// Rows of 4096 first, then their sums in double: the order depends on the count alone.
    static func total(_ x: UnsafePointer<Float>, count: Int) -> Float {
        let columns = 4096
        let rows = count / columns
        var total = 0.0
        if rows > 0 {
            withUnsafeTemporaryAllocation(of: Float.self, capacity: rows) { sums in
                Rows.sum(x, rows: rows, columns: columns, into: sums.baseAddress!)  // not empty
                for sum in sums { total += Double(sum) }
            }
        }
        for index in rows * columns..<count { total += Double(x[index]) }
        return Float(total)
    }

    /// Two tensors that one computation fills.
    static func pair(
        _ first: Shape, _ second: Shape,
        initializing: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> (Tensor, Tensor) {
        var other: Tensor?
        let tensor = Tensor(
            shape: first,
            initializingFloats: { one in
                other = Tensor(shape: second, initializingFloats: { initializing(one, $0) })
            })
        guard let other else { preconditionFailure("the closure above has run") }
        return (tensor, other)
    }

    /// op(a) · op(b) of two matrices.
    static func matrixProduct(_ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool) -> Tensor {
        let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
        let n = transposeB ? b.shape[0] : b.shape[1]
        return Tensor(
            shape: [m, n],
            initializingFloats: { result in
                a.withFloats { aPointer in
                    b.withFloats { bPointer in
                        MatrixProduct.multiply(
                            m: m, n: n, k: k, alpha: 1, a: aPointer, aStride: a.shape[1], transposeA: transposeA,
                            b: bPointer, bStride: b.shape[1], transposeB: transposeB, beta: 0, c: result, cStride: n)
                    }
                }
            })
    }

    private static func combine(_ combination: Elementwise.Combination, _ a: Tensor, _ b: Tensor) -> Tensor {
        precondition(a.shape == b.shape, "shapes \(a.shape) and \(b.shape) differ")
        return Broadcasting.combine(combination, a, b)
    }
}
