import Kernels
public import Tensors

/// The rows of a table, by index.
///
/// Shapes: `indices` `[…]` of `int32`, `table` `[rows, width]` → `[…, width]`. Every index must lie in `0..<rows`.
public func embedding(_ indices: Tensor, _ table: Weight) -> Tensor {
    Tape.record(
        rows(of: table, indices), inputs: [table.recorded],
        EmbeddingOperation(indices: indices, rows: table.shape[0], width: table.shape[1]))
}

/// The rows of `x`, by index: ``embedding(_:_:)`` of any tensor.
///
/// Shapes: `x` `[rows, width]`, `indices` `[…]` of `int32` → `[…, width]`. Every index must lie in `0..<rows`.
public func gather(_ x: Tensor, rows indices: Tensor) -> Tensor {
    precondition(x.rank == 2, "gather: a matrix is expected, not the shape \(x.shape)")
    return Tape.record(
        rows(of: x, indices), inputs: [x], GatherOperation(indices: indices, rows: x.shape[0], width: x.shape[1]))
}

private func rows(of table: Weight, _ indices: Tensor) -> Tensor {
    guard let quantized = table.quantized else { return rows(of: table.tensor, indices) }
    return Tensor(
        shape: Shape(indices.shape + [quantized.inputs]),
        initializingFloats: { result in
            indices.withIntegers { quantized.dequantizeRows($0, count: indices.elementCount, into: result) }
        })
}

private func rows(of table: Tensor, _ indices: Tensor) -> Tensor {
    let (rows, width) = (table.shape[0], table.shape[1])
    return Tensor(
        shape: Shape(indices.shape + [width]),
        initializingFloats: { result in
            indices.withIntegers { indexPointer in
                table.withUnsafeBytes { bytes in
                    Gather.rows(
                        of: bytes.baseAddress!, table.elementType, rowCount: rows, columns: width,
                        identifiers: indexPointer, count: indices.elementCount, into: result)  // a table is never empty
                }
            }
        })
}

/// The gradient of a table from that of the rows taken from it: rows taken twice are added, in the order of the indices.
private func scatter(_ gradient: Tensor, _ indices: Tensor, rows: Int, width: Int) -> Tensor {
    Tensor(
        shape: [rows, width],
        initializingFloats: { result in
            result.initialize(repeating: 0, count: rows * width)
            gradient.withFloats { gradientPointer in
                indices.withIntegers {
                    Gather.addRows(
                        gradientPointer, identifiers: $0, count: indices.elementCount, rowCount: rows, columns: width,
                        to: result)
                }
            }
        })
}

struct EmbeddingOperation: Operation {
    let name = "embedding"
    let indices: Tensor
    let rows: Int
    let width: Int

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [scatter(gradient, indices, rows: rows, width: width)]
    }
}

struct GatherOperation: Operation {
    let name = "gather"
    let indices: Tensor
    let rows: Int
    let width: Int

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [scatter(gradient, indices, rows: rows, width: width)]
    }
}
