/// COCO's measure of found boxes, equal to that of `pycocotools`: precision averaged over recall, over ten overlaps from 0.5
/// to 0.95 and over classes, and how much is found with 1, 10 and 100 boxes for each picture and class.
///
/// Source: Lin et al., "Microsoft COCO: Common Objects in Context" (arXiv:1405.0312) and its `COCOeval`. Unlike there, an
/// annotation whose id is 0 counts like any other.
public struct COCOMeasure: Sendable {
    /// The twelve numbers, in COCO's order.
    public enum Number: String, Sendable, Hashable, CaseIterable {
        case averagePrecision = "average_precision"
        case averagePrecision50 = "average_precision_50"
        case averagePrecision75 = "average_precision_75"
        case averagePrecisionSmall = "average_precision_small"
        case averagePrecisionMedium = "average_precision_medium"
        case averagePrecisionLarge = "average_precision_large"
        case averageRecall1 = "average_recall_1"
        case averageRecall10 = "average_recall_10"
        case averageRecall100 = "average_recall_100"
        case averageRecallSmall = "average_recall_small"
        case averageRecallMedium = "average_recall_medium"
        case averageRecallLarge = "average_recall_large"
    }

    enum Area: Int, CaseIterable {
        case all, small, medium, large

        /// Square pixels.
        var range: ClosedRange<Double> {
            switch self {
            case .all: 0...1e10
            case .small: 0...1_024
            case .medium: 1_024...9_216
            case .large: 9_216...1e10
            }
        }
    }

    // As numpy.linspace makes them, to the last bit: recall may equal one of them.
    static let overlaps: [Double] = spaced(from: 0.5, to: 0.95, count: 10)
    static let recalls: [Double] = spaced(from: 0, to: 1, count: 101)
    /// Of a picture and class; more are not looked at.
    static let boxLimit = 100

    private static func spaced(from first: Double, to last: Double, count: Int) -> [Double] {
        let step = (last - first) / Double(count - 1)
        return (0..<count).map { $0 == count - 1 ? last : Double($0) * step + first }
    }

    private struct Record {
        let score: Double
        /// Among the boxes of its picture and class, from 0.
        let rank: Int
        /// A bit for each overlap.
        var isRight: UInt16 = 0
        var isIgnored: UInt16 = 0
    }

    /// By class, then by area.
    private var records: [[[Record]]]
    private var positiveCounts: [[Int]]

    public init(classCount: Int) {
        records = Array(repeating: Array(repeating: [], count: Area.allCases.count), count: classCount)
        positiveCounts = Array(repeating: Array(repeating: 0, count: Area.allCases.count), count: classCount)
    }

    /// Adds a picture. Boxes of classes that are not known do not count.
    public mutating func add(truth: [TrueBox], found: [FoundBox]) {
        let truths = Dictionary(grouping: truth, by: \.label)
        let founds = Dictionary(grouping: found, by: \.label)
        for label in Set(truths.keys).union(founds.keys) where records.indices.contains(label) {
            let found = (founds[label] ?? []).ranked(atMost: Self.boxLimit)
            let matching = BoxMatching(truth: truths[label] ?? [], found: found)
            for area in Area.allCases {
                var new = found.enumerated().map { Record(score: $1.score, rank: $0) }
                for (bit, overlap) in Self.overlaps.enumerated() {
                    let outcome = matching.outcome(threshold: overlap, area: area.range)
                    for index in new.indices {
                        if outcome.matches[index] != nil { new[index].isRight |= 1 << bit }
                        if outcome.isFoundIgnored[index] { new[index].isIgnored |= 1 << bit }
                    }
                    if bit == 0 { positiveCounts[label][area.rawValue] += outcome.positiveCount }
                }
                records[label][area.rawValue] += new
            }
        }
    }

    /// What was found of a class at each of some overlaps; nil where there was nothing to find.
    private func ranked(_ label: Int, overlaps: [Int], area: Area, limit: Int) -> [RankedBoxes]? {
        let count = positiveCounts[label][area.rawValue]
        guard count > 0 else { return nil }
        let records = records[label][area.rawValue].filter { $0.rank < limit }
        // Once for all overlaps: data sets have millions of boxes.
        let order = records.indices.sorted { (-records[$0].score, $0) < (-records[$1].score, $1) }
        return overlaps.map { overlap in
            let bit = UInt16(1) << overlap
            var boxes = RankedBoxes(positiveCount: count)
            for index in order where records[index].isIgnored & bit == 0 {
                boxes.append(score: records[index].score, isRight: records[index].isRight & bit != 0)
            }
            return boxes
        }
    }

    /// What was found of a class at an overlap of 0.5; nil where there was nothing to find.
    func ranked(_ label: Int) -> RankedBoxes? {
        ranked(label, overlaps: [0], area: .all, limit: Self.boxLimit)?.first
    }

    // MARK: Numbers

    /// Nil where there is nothing of that size to find.
    public subscript(number: Number) -> Double? { mean(number, over: Array(records.indices)) }

    /// One class alone.
    public func value(_ number: Number, ofClass label: Int) -> Double? { mean(number, over: [label]) }

    /// True boxes of a class, but for groups.
    public func count(ofClass label: Int) -> Int { positiveCounts[label][Area.all.rawValue] }

    private func mean(_ number: Number, over labels: [Int]) -> Double? {
        let all = Array(Self.overlaps.indices)
        return switch number {
        case .averagePrecision: precision(labels, all, .all)
        case .averagePrecision50: precision(labels, [0], .all)
        case .averagePrecision75: precision(labels, [5], .all)
        case .averagePrecisionSmall: precision(labels, all, .small)
        case .averagePrecisionMedium: precision(labels, all, .medium)
        case .averagePrecisionLarge: precision(labels, all, .large)
        case .averageRecall1: recall(labels, .all, limit: 1)
        case .averageRecall10: recall(labels, .all, limit: 10)
        case .averageRecall100: recall(labels, .all, limit: 100)
        case .averageRecallSmall: recall(labels, .small, limit: 100)
        case .averageRecallMedium: recall(labels, .medium, limit: 100)
        case .averageRecallLarge: recall(labels, .large, limit: 100)
        }
    }

    private func precision(_ labels: [Int], _ overlaps: [Int], _ area: Area) -> Double? {
        mean(
            labels.flatMap { label in
                (ranked(label, overlaps: overlaps, area: area, limit: Self.boxLimit) ?? [])
                    .flatMap { $0.precisions(at: Self.recalls) }
            })
    }

    private func recall(_ labels: [Int], _ area: Area, limit: Int) -> Double? {
        mean(
            labels.flatMap { label in
                (ranked(label, overlaps: Array(Self.overlaps.indices), area: area, limit: limit) ?? []).map(\.recall)
            })
    }

    private func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
