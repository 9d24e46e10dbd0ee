/// How precision falls as more of a class is found.
public struct PrecisionRecallCurve: Sendable, Hashable, Codable {
    /// Of COCO's 101 places, from 0 to 1.
    public let recalls: [Double]
    /// The best where at least so much is found; 0 where that is never so.
    public let precisions: [Double]
}

/// A confidence at which to stop believing a model, and what comes of it.
public struct OperatingPoint: Sendable, Hashable, Codable {
    public let confidence: Double
    public let precision: Double
    public let recall: Double
    /// The harmonic mean of both.
    public let f1: Double
}

extension COCOMeasure {
    /// For an overlap of 0.5; nil for a class of which there is nothing to find.
    public func curve(ofClass label: Int) -> PrecisionRecallCurve? {
        ranked(label).map {
            PrecisionRecallCurve(recalls: Self.recalls, precisions: $0.precisions(at: Self.recalls))
        }
    }

    /// The confidence at which F1 over all classes is largest, for an overlap of 0.5; nil where nothing is right.
    public func bestPoint(classCount: Int) -> OperatingPoint? {
        let all = (0..<classCount).compactMap { ranked($0) }
        let positives = all.reduce(0) { $0 + $1.positiveCount }
        let boxes = RankedBoxes(
            all.flatMap { ranked in zip(ranked.scores, ranked.isRight).map { (score: $0, isRight: $1) } },
            positiveCount: positives)
        var (right, best) = (0, OperatingPoint?.none)
        for (index, isRight) in boxes.isRight.enumerated() {
            if isRight { right += 1 }
            // Boxes of one confidence stay together.
            if index + 1 < boxes.scores.count, boxes.scores[index + 1] == boxes.scores[index] { continue }
            let f1 = 2 * Double(right) / Double(index + 1 + positives)
            if right > 0, f1 > best?.f1 ?? 0 {
                best = OperatingPoint(
                    confidence: boxes.scores[index], precision: Double(right) / Double(index + 1),
                    recall: Double(right) / Double(positives), f1: f1)
            }
        }
        return best
    }
}
