import Geometry

/// A box that may stand for a thing, and how it came about.
struct ScoredBox: Sendable, Hashable {
    var classIndex: Int
    var confidence: Double
    var box: Rectangle
    /// Whether the thing goes on beyond the part of the picture that was looked at.
    var isCut = false
}

extension ScoredBox {
    /// Non-maximum suppression, class by class: the surest box stays, those that overlap it go, and so on with what is left.
    ///
    /// A box that is cut comes after all that are whole, however sure it is, and goes where most of it lies within one that
    /// stays: its intersection is held against the smaller of the two, not against their union. Of equally sure boxes the one
    /// with the smaller class, place and size comes first, so the order of `boxes` does not matter.
    ///
    /// - Parameters:
    ///   - overlap: of intersection and union that is too much.
    ///   - limit: of boxes that stay.
    /// - Returns: what stays, the surest first.
    static func suppressed(_ boxes: [ScoredBox], overlap: Double, limit: Int = .max) -> [ScoredBox] {
        let hasCutBoxes = boxes.contains(where: \.isCut)
        var kept: [ScoredBox] = []
        var keptOfClass: [Int: [ScoredBox]] = [:]
        for box in boxes.sorted(by: comesBefore) {
            let rivals = keptOfClass[box.classIndex, default: []]
            guard !rivals.contains(where: { $0.overlap(with: box) > overlap }) else { continue }
            keptOfClass[box.classIndex, default: []].append(box)
            kept.append(box)
            // Whole boxes come in the order of their confidence; with cut ones behind them the surest are not yet known.
            if kept.count >= limit, !hasCutBoxes { break }
        }
        return Array(kept.sorted { $0.isSurer(than: $1) }.prefix(limit))
    }

    private static func comesBefore(_ a: ScoredBox, _ b: ScoredBox) -> Bool {
        a.isCut == b.isCut ? a.isSurer(than: b) : b.isCut
    }

    func isSurer(than other: ScoredBox) -> Bool {
        guard confidence == other.confidence else { return confidence > other.confidence }
        guard classIndex == other.classIndex else { return classIndex < other.classIndex }
        let (a, b) = (box, other.box)
        return (a.x, a.y, a.width, a.height) < (b.x, b.y, b.width, b.height)
    }

    private func overlap(with other: ScoredBox) -> Double {
        guard isCut || other.isCut else { return box.intersectionOverUnion(other.box) }
        let smaller = min(box.area, other.box.area)
        return smaller > 0 ? box.intersection(other.box).area / smaller : 0
    }
}
