import Geometry

/// Pascal VOC's measure of found boxes: the average precision of each class at one overlap, difficult things left out.
///
/// A found box is right if the true box that it overlaps most, of all of its class, is overlapped enough and not taken yet;
/// a second one on the same thing is wrong. Source: Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge",
/// IJCV 2010, and the development kits of 2007 (eleven places of recall) and 2012 (all places).
public struct VOCMeasure: Sendable {
    /// Where the curve is looked at.
    public enum Places: Sendable, Hashable {
        /// The mean of the precisions at recalls 0, 0.1 … 1, as until 2009.
        case eleven
        /// The area below the curve.
        case all
    }

    /// Enough of the union is common.
    public let overlap: Double
    private var records: [[(score: Double, isRight: Bool)]]
    private var positiveCounts: [Int]

    public init(classCount: Int, overlap: Double = 0.5) {
        self.overlap = overlap
        records = Array(repeating: [], count: classCount)
        positiveCounts = Array(repeating: 0, count: classCount)
    }

    /// Adds a picture. Groups are left out like difficult things; boxes of classes that are not known do not count.
    public mutating func add(truth: [TrueBox], found: [FoundBox]) {
        let truths = Dictionary(grouping: truth, by: \.label)
        for (label, boxes) in truths where records.indices.contains(label) {
            positiveCounts[label] += boxes.count { !$0.isDifficult && !$0.isCrowd }
        }
        for (label, boxes) in Dictionary(grouping: found, by: \.label) where records.indices.contains(label) {
            let truth = truths[label] ?? []
            var isTaken = [Bool](repeating: false, count: truth.count)
            for box in boxes.ranked() {
                var (best, match) = (-1.0, Int?.none)
                for (index, other) in truth.enumerated() {
                    let common = box.rectangle.intersectionOverUnion(other.rectangle)
                    if common > best { (best, match) = (common, index) }
                }
                guard let match, best >= overlap else {
                    records[label].append((box.score, false))
                    continue
                }
                if truth[match].isDifficult || truth[match].isCrowd { continue }
                records[label].append((box.score, !isTaken[match]))
                isTaken[match] = true
            }
        }
    }

    /// Nil for a class of which there is nothing to find.
    public func averagePrecision(ofClass label: Int, places: Places = .all) -> Double? {
        guard positiveCounts[label] > 0 else { return nil }
        let ranked = RankedBoxes(records[label], positiveCount: positiveCounts[label])
        switch places {
        case .all: return ranked.areaUnderCurve
        case .eleven: return ranked.precisions(at: (0...10).map { Double($0) / 10 }).reduce(0, +) / 11
        }
    }

    /// The mean over the classes of which there is something to find.
    public func meanAveragePrecision(places: Places = .all) -> Double? {
        let values = records.indices.compactMap { averagePrecision(ofClass: $0, places: places) }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
