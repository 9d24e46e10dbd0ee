public import Tensors

/// The axes in another order: axis i of the result is axis `order[i]` of `x`. Copies.
public func permute(_ x: Tensor, _ order: [Int]) -> Tensor {
    precondition(
        order.sorted() == Array(x.shape.indices), "permute: \(order) does not order the axes of \(x.shape)")
    return Tape.record(permuted(x, order), inputs: [x], PermutationOperation(order: order))
}

/// Two axes exchanged.
public func transpose(_ x: Tensor, _ first: Int, _ second: Int) -> Tensor {
    var order = Array(x.shape.indices)
    order.swapAt(first, second)
    return permute(x, order)
}

private func permuted(_ x: Tensor, _ order: [Int]) -> Tensor {
    var strides = [Int](repeating: 1, count: x.rank)
    for axis in x.shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * x.shape[axis + 1] }
    let shape = Shape(order.map { x.shape[$0] })
    let steps = order.map { strides[$0] }
    return Tensor(
        shape: shape,
        initializingFloats: { result in
            x.withFloats { source in
                // The innermost axis by a loop, the others by counters.
                guard shape.elementCount > 0, let run = shape.last, let step = steps.last else {
                    if shape.isEmpty { result[0] = source[0] }
                    return
                }
                var counters = [Int](repeating: 0, count: shape.count)
                var place = 0
                for start in Swift.stride(from: 0, to: shape.elementCount, by: run) {
                    if step == 1 {
                        (result + start).update(from: source + place, count: run)
                    } else {
                        for index in 0..<run { result[start + index] = source[place + index * step] }
                    }
                    for axis in shape.indices.dropLast().reversed() {
                        counters[axis] += 1
                        place += steps[axis]
                        if counters[axis] < shape[axis] { break }
                        place -= steps[axis] * shape[axis]
                        counters[axis] = 0
                    }
                }
            }
        })
}

struct PermutationOperation: Operation {
    let name = "permute"
    let order: [Int]

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        var inverse = order
        for (position, axis) in order.enumerated() { inverse[axis] = position }
        return [permuted(gradient, inverse)]
    }
}
