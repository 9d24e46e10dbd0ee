import Tensors
import Kernels

/// Forward computations on tensors that operations and their backward share. Not recorded: only this module calls them.
enum Arithmetic {
    static func sum(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(a, b) { Elementwise.add($0, $1, into: $2, count: $3) }
    }

    static func difference(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(a, b) { Elementwise.subtract($0, $1, into: $2, count: $3) }
    }

    static func product(_ a: Tensor, _ b: Tensor) -> Tensor {
        combine(a, b) { Elementwise.multiply($0, $1, into: $2, count: $3) }
    }

    static func scaled(_ a: Tensor, by factor: Float) -> Tensor {
        Tensor(shape: a.shape, initializingFloats: { result in
            a.withFloats { Elementwise.scale($0, by: factor, into: result, count: a.elementCount) }
        })
    }

    /// The sum over all rows of `[…, columns]`, as `[columns]`: the gradient of a broadcast row.
    static func rowSum(_ a: Tensor) -> Tensor {
        let columns = a.shape[a.rank - 1]
        let rows = a.elementCount / max(1, columns)
        return Tensor(shape: [columns], initializingFloats: { result in
            a.withFloats { Rows.columnSum($0, rows: rows, columns: columns, into: result) }
        })
    }

    /// op(a) · op(b) of two matrices.
    static func matrixProduct(_ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool) -> Tensor {
        let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
        let n = transposeB ? b.shape[0] : b.shape[1]
        return Tensor(shape: [m, n], initializingFloats: { result in
            a.withFloats { aPointer in
                b.withFloats { bPointer in
                    MatrixProduct.multiply(
                        m: m, n: n, k: k, alpha: 1, a: aPointer, aStride: a.shape[1], transposeA: transposeA,
                        b: bPointer, bStride: b.shape[1], transposeB: transposeB, beta: 0, c: result, cStride: n)
                }
            }
        })
    }

    private static func combine(
        _ a: Tensor, _ b: Tensor,
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) -> Tensor {
        Tensor(shape: a.shape, initializingFloats: { result in
            a.withFloats { aPointer in
                b.withFloats { bPointer in body(aPointer, bPointer, result, a.elementCount) }
            }
        })
    }
}
