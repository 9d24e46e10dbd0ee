extension Shape {
    /// Calls `body` with the number of each element in row-major order, and the place that `strides` give it.
    // Inlined by the callers: the body is one load or one sum.
    @inlinable
    package func forEachPlace<Failure: Error>(
        strides: [Int], _ body: (_ index: Int, _ place: Int) throws(Failure) -> Void
    ) throws(Failure) {
        var counters = [Int](repeating: 0, count: count)
        var place = 0
        for index in 0..<elementCount {
            try body(index, place)
            for axis in indices.reversed() {
                counters[axis] += 1
                place += strides[axis]
                if counters[axis] < self[axis] { break }
                place -= strides[axis] * self[axis]
                counters[axis] = 0
            }
        }
    }
}
