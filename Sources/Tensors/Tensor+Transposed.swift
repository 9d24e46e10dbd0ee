import Kernels

extension Tensor {
    /// A matrix with its axes exchanged, as `float32`; a vector as it is.
    package func matrixTransposed() -> Tensor {
        guard rank == 2 else { return self }
        let (rows, columns) = (shape[0], shape[1])
        return Tensor(
            shape: [columns, rows],
            initializingFloats: { result in
                converted(to: .float32).withFloats { source in
                    for row in 0..<rows {
                        for column in 0..<columns { result[column * rows + row] = source[row * columns + column] }
                    }
                }
            })
    }
}
