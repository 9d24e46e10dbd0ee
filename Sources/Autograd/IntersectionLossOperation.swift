public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How little pairs of boxes have in common, 0 for the same box: 1 - GIoU (Rezatofighi et al. 2019, "Generalized
/// Intersection over Union"), of boxes that are given by the distances of their sides from a point that both contain.
///
/// With the intersection I, the union U and the smallest box around both C: 1 - I / U + (C - U) / C. It does not change when
/// all distances are multiplied by the same number, so that large and small boxes count alike.
///
/// Shapes: `logDistances` and `target` `[boxes, 4]`, left, top, right and bottom; the result is a scalar, the sum over the
/// boxes.
///
/// - Parameters:
///   - logDistances: natural logarithms of the distances.
///   - target: distances themselves, above 0.
///   - weights: of each box.
public func generalizedIntersectionLoss(_ logDistances: Tensor, _ target: Tensor, weights: [Float]) -> Tensor {
    precondition(
        logDistances.rank == 2 && logDistances.shape[1] == 4 && target.shape == logDistances.shape
            && weights.count == logDistances.shape[0],
        "generalizedIntersectionLoss: \(weights.count) weights of boxes \(logDistances.shape) and \(target.shape)")
    let isTracked = Tape.isTracking([logDistances])
    let (logs, sides) = (logDistances.floats(), target.floats())
    var (total, slopes) = (0.0, [Float]())
    if isTracked { slopes.reserveCapacity(logs.count) }
    for (box, weight) in weights.enumerated() {
        let pair = BoxPair(
            logs[4 * box..<4 * box + 4].map { exp(Double($0)) }, sides[4 * box..<4 * box + 4].map { Double($0) })
        total += Double(weight) * pair.loss
        if isTracked { slopes += pair.logarithmicSlopes.map { weight * Float($0) } }
    }
    let result = Tensor([Float(total)], shape: [])
    guard isTracked else { return result }
    return Tape.record(
        result, inputs: [logDistances],
        IntersectionLossOperation(inputGradient: Tensor(slopes, shape: logDistances.shape)))
}

/// Two boxes around one point, each by the distances of its sides: left, top, right, bottom.
private struct BoxPair {
    let box: [Double]
    let other: [Double]

    init(_ box: [Double], _ other: [Double]) { (self.box, self.other) = (box, other) }

    private func area(_ sides: [Double]) -> Double { (sides[0] + sides[2]) * (sides[1] + sides[3]) }
    private var common: [Double] { zip(box, other).map { min($0, $1) } }
    private var around: [Double] { zip(box, other).map { max($0, $1) } }
    private var union: Double { area(box) + area(other) - area(common) }

    var loss: Double { 2 - area(common) / union - union / area(around) }

    /// The derivatives by the logarithms of the box's distances.
    var logarithmicSlopes: [Double] {
        let (common, around, union) = (common, around, union)
        let (inner, outer) = (area(common), area(around))
        return (0..<4).map { side in
            /// The area grows with a side by the extent across it.
            func slope(_ sides: [Double]) -> Double { side % 2 == 0 ? sides[1] + sides[3] : sides[0] + sides[2] }
            let innerSlope = box[side] < other[side] ? slope(common) : 0
            let outerSlope = box[side] > other[side] ? slope(around) : 0
            let unionSlope = slope(box) - innerSlope
            let intersectionPart = (innerSlope * union - inner * unionSlope) / (union * union)
            let coverPart = (unionSlope * outer - union * outerSlope) / (outer * outer)
            return -box[side] * (intersectionPart + coverPart)
        }
    }
}

struct IntersectionLossOperation: Operation {
    let name = "intersectionLoss"
    let inputGradient: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [Arithmetic.scaled(inputGradient, by: gradient.scalar)]
    }
}
