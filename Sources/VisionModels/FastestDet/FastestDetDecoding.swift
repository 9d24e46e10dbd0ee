import Geometry
import Kernels
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// From what FastestDet says of each cell to boxes.
struct FastestDetDecoding {
    /// Whether something is there, 0 to 1: `[batch, rows, columns, 1]`.
    let objectness: Tensor
    /// As in ``FastestDetModel/Output``.
    let boxes: Tensor
    /// `[batch, rows, columns, classes]`.
    let probabilities: Tensor
    /// Pixels of what the network was given.
    let frame: Extent2d

    /// The most probable class of each cell, where that is sure enough.
    func candidates(above threshold: Double) -> [[DetectionCandidate]] {
        let shape = probabilities.shape
        let (rows, columns, count) = (shape[1], shape[2], shape[3])
        let (objectness, boxes, probabilities) = (objectness.floats(), boxes.floats(), probabilities.floats())
        return (0..<shape[0]).map { picture in
            (0..<rows * columns).compactMap { place in
                let cell = picture * rows * columns + place
                let classes = probabilities[cell * count..<(cell + 1) * count]
                let best = classes.indices.max { classes[$0] < classes[$1] } ?? classes.startIndex
                // The original's weights of the two: 0.6 and 0.4.
                let confidence = pow(Double(objectness[cell]), 0.6) * pow(Double(classes[best]), 0.4)
                guard !(confidence < threshold) else { return nil }
                return DetectionCandidate(
                    classIndex: best - classes.startIndex, confidence: confidence,
                    box: box(
                        boxes[4 * cell..<4 * cell + 4].map(Double.init),
                        at: Point(Double(place % columns), Double(place / columns)),
                        cell: Point(
                            Double(frame.width) / Double(columns), Double(frame.height) / Double(rows))))
            }
        }
    }

    private func box(_ values: [Double], at place: Point, cell: Point) -> Rectangle {
        func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        let width = logistic(values[2]) * Double(frame.width)
        let height = logistic(values[3]) * Double(frame.height)
        let center = Point((tanh(values[0]) + place.x) * cell.x, (tanh(values[1]) + place.y) * cell.y)
        return Rectangle(x: center.x - width / 2, y: center.y - height / 2, width: width, height: height)
    }
}
