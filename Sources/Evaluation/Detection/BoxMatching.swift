import Geometry

/// Which found box is which true one, in one picture and one class, by the rules of COCO (`pycocotools`, `COCOeval`).
///
/// Found boxes choose in the order of their scores. Each takes the free true box that it overlaps most, if that is enough;
/// a box that counts is preferred to one that is ignored, and a group may be taken by many. What takes an ignored box is
/// ignored itself.
struct BoxMatching {
    /// Square pixels; true boxes outside are ignored, and found ones outside that match nothing.
    typealias AreaRange = ClosedRange<Double>

    private let truth: [TrueBox]
    private let found: [FoundBox]
    /// By found box, then by true one: the common part of the area of both, or of the found one for a group.
    private let overlaps: [[Double]]

    /// - Parameter found: the best first.
    init(truth: [TrueBox], found: [FoundBox]) {
        (self.truth, self.found) = (truth, found)
        overlaps = found.map { box in
            truth.map { other in
                guard other.isCrowd else { return box.rectangle.intersectionOverUnion(other.rectangle) }
                let (common, area) = (box.rectangle.intersection(other.rectangle).area, box.rectangle.area)
                return area > 0 ? common / area : 0
            }
        }
    }

    /// What became of every box at one threshold.
    struct Outcome {
        /// By found box, the true box that it is, if any.
        var matches: [Int?]
        var isFoundIgnored: [Bool]
        var isTrueIgnored: [Bool]

        /// True boxes that are to be found.
        var positiveCount: Int { isTrueIgnored.count { !$0 } }
    }

    /// - Parameter threshold: the overlap that is enough.
    func outcome(threshold: Double, area: AreaRange = 0...1e10) -> Outcome {
        let isIgnored = truth.map { $0.isCrowd || !area.contains($0.area) }
        let order = truth.indices.filter { !isIgnored[$0] } + truth.indices.filter { isIgnored[$0] }
        var isTaken = [Bool](repeating: false, count: truth.count)
        var outcome = Outcome(matches: [], isFoundIgnored: [], isTrueIgnored: isIgnored)
        for (index, box) in found.enumerated() {
            var (best, match) = (min(threshold, 1 - 1e-10), Int?.none)
            for other in order {
                if isTaken[other], !truth[other].isCrowd { continue }
                if let match, !isIgnored[match], isIgnored[other] { break }
                if overlaps[index][other] < best { continue }
                (best, match) = (overlaps[index][other], other)
            }
            if let match { isTaken[match] = true }
            outcome.matches.append(match)
            outcome.isFoundIgnored.append(match.map { isIgnored[$0] } ?? !area.contains(box.rectangle.area))
        }
        return outcome
    }
}

extension [FoundBox] {
    /// The best first; of equal scores the first.
    func ranked(atMost count: Int = .max) -> [FoundBox] {
        let order = indices.sorted { (-self[$0].score, $0) < (-self[$1].score, $1) }
        return order.prefix(count).map { self[$0] }
    }
}
