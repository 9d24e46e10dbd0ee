import Kernels
import Tensors

extension Tensor {
    /// The entries of the leading axis in another order: entry i is entry `order(i)` of this tensor.
    func reordered(_ order: (Int) -> Int) -> Tensor {
        let byteCount = shape.dropFirst().reduce(1, *) * elementType.byteCount
        return Tensor(shape: shape, elementType: elementType) { destination in
            withUnsafeBytes { source in
                for row in 0..<shape[0] {
                    let from = order(row) * byteCount
                    UnsafeMutableRawBufferPointer(rebasing: destination[row * byteCount..<(row + 1) * byteCount])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<from + byteCount]))
                }
            }
        }
    }
}
