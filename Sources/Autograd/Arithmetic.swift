import Kernels
import Tensors

/// Forward computations on tensors that operations and their backward share. Not recorded: only this module calls them.
enum Arithmetic {
    static func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(.add, a, b)
    }

    /// a + row, for every row of `a`.
    static func sum(_ a: Tensor, row: Tensor) -> Tensor {
        let columns = row.elementCount
        return Tensor(
            shape: a.shape,
            initializingFloats: { result in
                a.withFloats { aPointer in
                    row.withFloats { rowPointer in
                        Elementwise.combine(
                            .add, aPointer, row: rowPointer, rows: a.elementCount / max(1, columns), columns: columns,
                            into: result)
                    }
                }
            })
    }

    static func difference(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(.subtract, a, b)
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
        Tensor(
            shape: a.shape,
            initializingFloats: { result in
                a.withFloats { aPointer in
                    b.withFloats { bPointer in
                        Elementwise.combine(combination, aPointer, bPointer, into: result, count: a.elementCount)
                    }
                }
            })
    }
}
