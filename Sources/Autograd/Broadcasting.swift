import Kernels
import Tensors

/// NumPy's rule for two shapes: aligned at the last axis, extents are equal or one of them is 1 (or absent).
enum Broadcasting {
    static func shape(_ a: Shape, _ b: Shape) -> Shape {
        let rank = max(a.count, b.count)
        return Shape(
            (0..<rank).map { axis in
                let left = extent(a, axis, rank: rank)
                let right = extent(b, axis, rank: rank)
                precondition(left == right || left == 1 || right == 1, "shapes \(a) and \(b) do not fit")
                return left == 1 ? right : left
            })
    }

    static func combine(_ combination: Elementwise.Combination, _ a: Tensor, _ b: Tensor) -> Tensor {
        if a.shape == b.shape { return equal(combination, a, b, shape: a.shape) }
        let shape = shape(a.shape, b.shape)
        if a.elementCount == shape.elementCount && isSuffix(b.shape, of: shape) {
            return rows(combination, a, b, shape: shape)
        }
        return equal(combination, expand(a, to: shape), expand(b, to: shape), shape: shape)
    }

    /// The sum of `gradient` over the axes along which an operand of `shape` was repeated.
    static func reduce(_ gradient: Tensor, to shape: Shape) -> Tensor {
        if gradient.elementCount == shape.elementCount { return gradient.viewed(as: shape) }
        if isSuffix(shape, of: gradient.shape) {
            let columns = shape.elementCount
            let rows = gradient.elementCount / max(1, columns)
            return Tensor(
                shape: shape,
                initializingFloats: { result in
                    gradient.withFloats { source in
                        if columns == 1 {
                            result[0] = Arithmetic.total(source, count: rows)
                        } else {
                            Rows.columnSum(source, rows: rows, columns: columns, into: result)
                        }
                    }
                })
        }
        let strides = strides(of: shape, in: gradient.shape)
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                result.initialize(repeating: 0, count: shape.elementCount)
                gradient.withFloats { source in
                    gradient.shape.forEachPlace(strides: strides) { index, place in result[place] += source[index] }
                }
            })
    }

    private static func extent(_ shape: Shape, _ axis: Int, rank: Int) -> Int {
        axis < rank - shape.count ? 1 : shape[axis - (rank - shape.count)]
    }

    /// Whether `shape`, leading ones aside, is how `whole` ends: it is then repeated as a row.
    private static func isSuffix(_ shape: Shape, of whole: Shape) -> Bool {
        let trimmed = Array(shape.drop { $0 == 1 })
        return trimmed.count <= whole.count && Array(whole.suffix(trimmed.count)) == trimmed
    }

    private static func equal(
        _ combination: Elementwise.Combination, _ a: Tensor, _ b: Tensor, shape: Shape
    ) -> Tensor {
        Tensor(
            shape: shape,
            initializingFloats: { result in
                a.withFloats { aPointer in
                    b.withFloats { bPointer in
                        Elementwise.combine(combination, aPointer, bPointer, into: result, count: shape.elementCount)
                    }
                }
            })
    }

    private static func rows(
        _ combination: Elementwise.Combination, _ a: Tensor, _ row: Tensor, shape: Shape
    ) -> Tensor {
        let (count, columns) = (a.elementCount, row.elementCount)
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                a.withFloats { aPointer in
                    row.withFloats { rowPointer in
                        if columns == 1 {
                            Elementwise.combine(
                                combination, aPointer, scalar: rowPointer[0], into: result, count: count)
                        } else {
                            Elementwise.combine(
                                combination, aPointer, row: rowPointer, rows: count / max(1, columns), columns: columns,
                                into: result)
                        }
                    }
                }
            })
    }

    /// A copy of `x` repeated to `shape`.
    private static func expand(_ x: Tensor, to shape: Shape) -> Tensor {
        if x.elementCount == shape.elementCount { return x.viewed(as: shape) }
        let strides = strides(of: x.shape, in: shape)
        return Tensor(
            shape: shape,
            initializingFloats: { result in
                x.withFloats { source in
                    shape.forEachPlace(strides: strides) { index, place in result[index] = source[place] }
                }
            })
    }

    /// Per axis of `whole`, how far one step goes in a tensor of `shape`; 0 where it is repeated.
    private static func strides(of shape: Shape, in whole: Shape) -> [Int] {
        var stride = 1
        var strides = [Int](repeating: 0, count: whole.count)
        for axis in whole.indices.reversed() {
            let extent = extent(shape, axis, rank: whole.count)
            strides[axis] = extent == 1 ? 0 : stride
            stride *= extent
        }
        return strides
    }
}
