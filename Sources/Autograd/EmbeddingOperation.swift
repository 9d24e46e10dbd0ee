import Kernels
public import Tensors

/// The rows of a table, by index.
///
/// Shapes: `indices` `[…]` of `int32`, `table` `[rows, width]` → `[…, width]`. Every index must lie in `0..<rows`.
public func embedding(_ indices: Tensor, _ table: Weight) -> Tensor {
    let (rows, width) = (table.shape[0], table.shape[1])
    let result = Tensor(
        shape: Shape(indices.shape + [width]),
        initializingFloats: { result in
            indices.withIntegers { indexPointer in
                table.tensor.withUnsafeBytes { bytes in
                    Gather.rows(
                        of: bytes.baseAddress!, table.tensor.elementType, rowCount: rows, columns: width,
                        identifiers: indexPointer, count: indices.elementCount, into: result)  // a table is never empty
                }
            }
        })
    return Tape.recordConstant("embedding", result, inputs: [table.tensor], reason: "it has no backward yet")
}
