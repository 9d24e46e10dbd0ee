public import Autograd
import Geometry
import Kernels
public import Parameters
public import Tensors
public import Training

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A one-stage detector without anchor boxes: a backbone, a pyramid of maps of equal width, and on each a head whose every
/// point says what it belongs to and how far the sides are.
public struct PyramidDetectorModel: TrainableObjectDetectionModel {
    public let configuration: PyramidDetectorConfiguration
    private var backbone: any PictureBackbone
    private var pyramid: FeaturePyramid
    private var heads: [DetectionHead]
    private let assignment = TaskAlignedAssignment()

    static let backboneName = "backbone"
    /// The weight of the boxes' loss beside that of the classes (Xu et al. 2022, "PP-YOLOE", section 2.2).
    private static let boxWeight: Float = 2.5

    public init(_ configuration: PyramidDetectorConfiguration, in store: ParameterStore) throws {
        try configuration.validate(file: "config.json")
        self.configuration = configuration
        let root = store.root
        backbone = configuration.backbone.makeBackbone(in: root / Self.backboneName)
        pyramid = FeaturePyramid(
            strides: configuration.strides, width: configuration.width, on: backbone.maps, in: root / "pyramid")
        heads = configuration.strides.indices.map { level in
            DetectionHead(
                width: configuration.width, classCount: configuration.labels.count, depth: configuration.headDepth,
                in: root / "heads" / level)
        }
        try store.verify()
    }

    /// What all points of all levels say.
    private struct Output {
        /// `[batch, points, classes]`
        let logits: Tensor
        /// `[batch, points, 4]`
        let logDistances: Tensor
        let points: DetectionPoints
    }

    private func output(_ pictures: Tensor, mode: Mode, updates: inout BufferUpdates) -> Output {
        let sources = backbone.outputs(pyramid.sources, of: pictures, mode: mode, updates: &updates)
        let maps = pyramid(sources, mode: mode, updates: &updates)
        var (logits, logDistances): ([Tensor], [Tensor]) = ([], [])
        for (map, head) in zip(maps, heads) {
            let said = head(map, mode: mode, updates: &updates)
            logits.append(said.logits)
            logDistances.append(said.logDistances)
        }
        let sizes = zip(maps, configuration.strides).map { map, stride in
            (size: Extent2d(height: map.shape[1], width: map.shape[2]), stride: stride)
        }
        return Output(
            logits: concatenate(logits, axis: 1), logDistances: concatenate(logDistances, axis: 1),
            points: DetectionPoints(sizes))
    }

    public func candidates(_ pictures: Tensor, above threshold: Double) -> [[DetectionCandidate]] {
        var updates = BufferUpdates()
        let output = output(pictures, mode: .inference, updates: &updates)
        let (scores, sides) = (sigmoid(output.logits).floats(), output.logDistances.floats())
        let (classes, count) = (configuration.labels.count, output.points.count)
        return (0..<pictures.shape[0]).map { picture in
            (0..<count).flatMap { point in
                let row = picture * count + point
                return (0..<classes).compactMap { classIndex -> DetectionCandidate? in
                    let score = Double(scores[row * classes + classIndex])
                    // What is not a number is not above anything, but must not pass unseen either.
                    guard !(score < threshold) else { return nil }
                    return DetectionCandidate(
                        classIndex: classIndex, confidence: score,
                        box: output.points.box(point, sides[4 * row..<4 * row + 4]))
                }
            }
        }
    }

    public func loss(_ pictures: Tensor, _ targets: [[DetectionTarget]], mode: Mode) -> BatchLoss {
        precondition(
            pictures.rank == 4 && pictures.shape[0] == targets.count,
            "targets of \(targets.count) pictures of the shape \(pictures.shape)")
        var updates = BufferUpdates()
        let output = output(pictures, mode: mode, updates: &updates)
        let goals = goals(targets, output)
        var classLosses = binaryCrossEntropy(withLogits: output.logits, goals.scores, reduction: nil)
        if let counted = goals.counted { classLosses = multiply(classLosses, counted) }
        let count = max(1, targets.reduce(0) { $0 + $1.count { !$0.isIgnored } })
        /// As good points weigh more than others, their weights' sum is what makes losses of all stages comparable.
        func normalized(_ sum: Tensor, _ weights: [Float]) -> Tensor {
            scale(sum, by: Float(Double(count) / max(1, weights.reduce(0) { $0 + Double($1) })))
        }
        var total = normalized(sum(classLosses), goals.qualities)
        if !goals.rows.isEmpty {
            let all = reshape(output.logDistances, [targets.count * output.points.count, 4])
            let matched = gather(all, rows: Tensor(goals.rows, shape: [goals.rows.count]))
            let boxLoss = generalizedIntersectionLoss(
                matched, Tensor(goals.distances, shape: matched.shape), weights: goals.shares)
            total = add(total, scale(normalized(boxLoss, goals.shares), by: Self.boxWeight))
        }
        return BatchLoss(sum: total, targetCount: count, itemCount: targets.count, updates: updates)
    }

    public func folded() -> PyramidDetectorModel {
        var model = self
        model.backbone = backbone.folding()
        model.pyramid = pyramid.folding()
        model.heads = heads.map { $0.folding() }
        return model
    }
}

extension PyramidDetectorModel {
    /// What the points of a batch are to say.
    private struct Goals {
        /// `[batch, points, classes]`
        let scores: Tensor
        /// 0 for points whose class does not count, with an axis of 1 for the classes; nil where all do.
        let counted: Tensor?
        /// Of the points that find something: their rows among those of all pictures, the distances of the sides, and how much
        /// they count for boxes and for classes. A box counts by its place among those of its target alone, not by how good
        /// that is, or what is found badly would learn slowly.
        let rows: [Int32]
        let distances: [Float]
        let shares: [Float]
        let qualities: [Float]
    }

    private func goals(_ targets: [[DetectionTarget]], _ output: Output) -> Goals {
        let (count, classes) = (output.points.count, configuration.labels.count)
        let (logits, sides) = (output.logits.floats(), output.logDistances.floats())
        var scores = [Float](repeating: 0, count: logits.count)
        var counted: [Float]?
        var (rows, distances, shares, qualities): ([Int32], [Float], [Float], [Float]) = ([], [], [], [])
        for (picture, targets) in targets.enumerated() {
            let start = picture * count
            let matches = assignment.matches(
                targets, at: output.points,
                score: { 1 / (1 + exp(-Double(logits[(start + $0) * classes + $1]))) },
                box: { output.points.box($0, sides[4 * (start + $0)..<4 * (start + $0) + 4]) })
            for match in matches {
                let (row, target) = (start + match.point, targets[match.target])
                scores[row * classes + target.classIndex] = Float(match.quality)
                rows.append(Int32(row))
                distances += output.points.distances(match.point, to: target.box)
                shares.append(Float(match.share))
                qualities.append(Float(match.quality))
            }
            let ignored = targets.filter(\.isIgnored)
            guard !ignored.isEmpty else { continue }
            var flags = counted ?? [Float](repeating: 1, count: logits.count / classes)
            let matched = Set(matches.map(\.point))
            for point in 0..<count where !matched.contains(point) {
                if ignored.contains(where: { output.points.isWithin($0.box, point) }) { flags[start + point] = 0 }
            }
            counted = flags
        }
        return Goals(
            scores: Tensor(scores, shape: output.logits.shape),
            counted: counted.map { Tensor($0, shape: [output.logits.shape[0], count, 1]) }, rows: rows,
            distances: distances, shares: shares, qualities: qualities)
    }
}
