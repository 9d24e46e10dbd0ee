import Autograd
import Geometry
import Kernels
import Tensors

/// How far what YOLOS's tokens say is from what pictures show.
struct YOLOSLoss {
    /// A box as parts of the picture: its centre, width and height.
    private typealias Box = [Float]

    private let classes: [[Int]]
    private let boxes: [[Box]]
    private let weights: YOLOSLossWeights
    /// The number of "nothing".
    private let nothing: Int

    /// - Parameter frame: pixels of the pictures.
    init(_ targets: [[DetectionTarget]], frame: Extent2d, _ configuration: YOLOSConfiguration) {
        let counted = targets.map { $0.filter { !$0.isIgnored } }
        classes = counted.map { $0.map(\.classIndex) }
        let (width, height) = (Double(frame.width), Double(frame.height))
        boxes = counted.map {
            $0.map { target in
                let box = target.box
                return [
                    Float(box.center.x / width), Float(box.center.y / height), Float(box.width / width),
                    Float(box.height / height),
                ]
            }
        }
        (weights, nothing) = (configuration.lossWeights, configuration.labels.count)
    }

    /// The things in all pictures.
    var count: Int { classes.reduce(0) { $0 + $1.count } }

    /// Class, box and intersection, weighted and divided as in `transformers`.
    func callAsFunction(_ output: YOLOSModel.Output) -> Tensor {
        let tokens = output.logits.shape[1]
        let matches = matches(output)
        let ofClasses = classLoss(output.logits, matches)
        var (rows, targets): ([Int32], [Float]) = ([], [])
        for (picture, tokenOfThing) in matches.enumerated() {
            for (thing, token) in tokenOfThing.enumerated() {
                guard let token else { continue }
                rows.append(Int32(picture * tokens + token))
                targets += boxes[picture][thing]
            }
        }
        guard !rows.isEmpty else { return ofClasses }
        let found = gather(
            reshape(output.boxes, [matches.count * tokens, 4]), rows: Tensor(rows, shape: [rows.count]))
        let wanted = Tensor(targets, shape: [rows.count, 4])
        let distance = sum(absolute(subtract(found, wanted)))
        let apart = sum(negate(add(generalizedIntersection(found, wanted), Tensor([-1] as [Float], shape: []))))
        let things = 1 / Float(count)
        return add(
            ofClasses, add(scale(distance, by: weights.box * things), scale(apart, by: weights.intersection * things)))
    }

    /// The token of each thing in each picture: those that together come nearest to what they should say. Nil where there are
    /// more things than tokens.
    func matches(_ output: YOLOSModel.Output) -> [[Int?]] {
        let (tokens, count) = (output.logits.shape[1], output.logits.shape[2])
        let (probabilities, found) = (softmax(output.logits).floats(), output.boxes.floats())
        return classes.indices.map { picture in
            var costs: [Double] = []
            for (index, box) in zip(classes[picture], boxes[picture]) {
                for token in picture * tokens..<(picture + 1) * tokens {
                    let said = Array(found[4 * token..<4 * token + 4])
                    let distance = zip(said, box).reduce(0) { $0 + abs($1.0 - $1.1) }
                    let cost =
                        weights.boxCost * distance - weights.classCost * probabilities[token * count + index]
                        - weights.intersectionCost * Self.generalizedIntersection(said, box)
                    costs.append(Double(cost))
                }
            }
            return LinearAssignment.columns(costs, rows: classes[picture].count, columns: tokens)
        }
    }

    /// The cross-entropy of all tokens, those that stand for nothing weighted, divided by the sum of the weights.
    private func classLoss(_ logits: Tensor, _ matches: [[Int?]]) -> Tensor {
        let (tokens, count) = (logits.shape[1], logits.shape[2])
        var targets = [Int](repeating: nothing, count: matches.count * tokens)
        for (picture, tokenOfThing) in matches.enumerated() {
            for (thing, token) in tokenOfThing.enumerated() {
                if let token { targets[picture * tokens + token] = classes[picture][thing] }
            }
        }
        let total = targets.reduce(0) { $0 + ($1 == nothing ? weights.nothing : 1) }
        var shares = [Float](repeating: 0, count: logits.shape.elementCount)
        for (token, target) in targets.enumerated() where total > 0 {
            shares[token * count + target] = -(target == nothing ? weights.nothing : 1) / total
        }
        return sum(multiply(logSoftmax(logits), Tensor(shares, shape: logits.shape)))
    }

    /// For each pair of boxes, by corners: intersection over union, less the part of the smallest box around both that neither
    /// covers (Rezatofighi et al. 2019). Shapes: `[boxes, 4]` → `[boxes]`.
    private func generalizedIntersection(_ a: Tensor, _ b: Tensor) -> Tensor {
        func extents(_ axis: Int) -> (common: Tensor, around: Tensor, a: Tensor, b: Tensor) {
            func sides(_ boxes: Tensor) -> (low: Tensor, high: Tensor, extent: Tensor) {
                let center = reshape(slice(boxes, axis: 1, range: axis..<axis + 1), [boxes.shape[0]])
                let extent = reshape(slice(boxes, axis: 1, range: axis + 2..<axis + 3), [boxes.shape[0]])
                let half = scale(extent, by: 0.5)
                return (subtract(center, half), add(center, half), extent)
            }
            let (a, b) = (sides(a), sides(b))
            func larger(_ x: Tensor, _ y: Tensor) -> Tensor { add(x, relu(subtract(y, x))) }
            func smaller(_ x: Tensor, _ y: Tensor) -> Tensor { subtract(x, relu(subtract(x, y))) }
            return (
                relu(subtract(smaller(a.high, b.high), larger(a.low, b.low))),
                subtract(larger(a.high, b.high), smaller(a.low, b.low)), a.extent, b.extent
            )
        }
        let (across, down) = (extents(0), extents(1))
        let common = multiply(across.common, down.common)
        let union = subtract(add(multiply(across.a, down.a), multiply(across.b, down.b)), common)
        let around = multiply(across.around, down.around)
        return subtract(divide(common, union), divide(subtract(around, union), around))
    }

    /// The same of one pair, in single precision as everything that is compared with it.
    private static func generalizedIntersection(_ a: Box, _ b: Box) -> Float {
        func extents(_ axis: Int) -> (common: Float, around: Float) {
            let (aLow, aHigh) = (a[axis] - a[axis + 2] / 2, a[axis] + a[axis + 2] / 2)
            let (bLow, bHigh) = (b[axis] - b[axis + 2] / 2, b[axis] + b[axis + 2] / 2)
            return (max(0, min(aHigh, bHigh) - max(aLow, bLow)), max(aHigh, bHigh) - min(aLow, bLow))
        }
        let (across, down) = (extents(0), extents(1))
        let common = across.common * down.common
        let (union, around) = (a[2] * a[3] + b[2] * b[3] - common, across.around * down.around)
        return common / union - (around - union) / around
    }
}
