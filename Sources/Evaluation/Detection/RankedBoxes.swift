/// Found boxes of one class over all pictures, each right, wrong or ignored, from which precision and recall follow.
struct RankedBoxes {
    /// True for right, false for wrong; ignored ones are left out.
    private(set) var isRight: [Bool] = []
    private(set) var scores: [Double] = []
    /// True boxes that are to be found.
    let positiveCount: Int

    init(positiveCount: Int) { self.positiveCount = positiveCount }

    /// - Parameter boxes: in any order; of equal scores the first comes first.
    init(_ boxes: [(score: Double, isRight: Bool)], positiveCount: Int) {
        self.init(positiveCount: positiveCount)
        for index in boxes.indices.sorted(by: { (-boxes[$0].score, $0) < (-boxes[$1].score, $1) }) {
            append(score: boxes[index].score, isRight: boxes[index].isRight)
        }
    }

    /// Adds a box that is no surer than those before it.
    mutating func append(score: Double, isRight: Bool) {
        scores.append(score)
        self.isRight.append(isRight)
    }

    /// The part of the true boxes that was found in the end.
    var recall: Double { Double(isRight.count { $0 }) / Double(positiveCount) }

    /// Recall down to each box, and the best precision from there on.
    private var envelope: (recalls: [Double], precisions: [Double]) {
        var (right, wrong) = (0.0, 0.0)
        var (recalls, precisions) = ([Double](), [Double]())
        for isRight in isRight {
            if isRight { right += 1 } else { wrong += 1 }
            recalls.append(right / Double(positiveCount))
            precisions.append(right / (right + wrong + .ulpOfOne))
        }
        for index in precisions.indices.dropLast().reversed() {
            precisions[index] = max(precisions[index], precisions[index + 1])
        }
        return (recalls, precisions)
    }

    /// Precision where at least so much is found: the best of all such places; 0 where there is none.
    ///
    /// - Parameter thresholds: rising.
    func precisions(at thresholds: [Double]) -> [Double] {
        let points = envelope
        var place = 0
        return thresholds.map { threshold in
            while place < points.recalls.count, points.recalls[place] < threshold { place += 1 }
            return place < points.recalls.count ? points.precisions[place] : 0
        }
    }

    /// The area below the curve whose precision never rises with recall (Pascal VOC since 2010).
    var areaUnderCurve: Double {
        let points = envelope
        var (sum, previous) = (0.0, 0.0)
        for (recall, precision) in zip(points.recalls, points.precisions) {
            sum += (recall - previous) * precision
            previous = recall
        }
        return sum
    }
}
