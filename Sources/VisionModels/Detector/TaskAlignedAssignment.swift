import Geometry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Decides which points are to find which target: those within it that find it best already, by class and by box alike
/// (Feng et al. 2021, "TOOD: Task-aligned One-stage Object Detection", section 3.2).
struct TaskAlignedAssignment: Sendable {
    /// Points for each target, at most.
    var candidateCount = 10
    /// The exponents of the score and of the intersection over union. A lower power of the latter than the paper's 6 has more
    /// points learn from each target, which is worth much where there are few pictures.
    var alpha = 1.0
    var beta = 4.0

    /// A point that is to find a target.
    struct Match: Sendable, Equatable {
        let point: Int
        /// The target's place in the list.
        let target: Int
        /// How well it finds the target beside the point that finds it best: 0 to 1, for that one 1.
        let share: Double
        /// What the score of its class is to become: for the best point the intersection over union, for others less.
        let quality: Double
    }

    /// The best point of each target counts at least so much, or nothing would be learnt where no box meets the target yet.
    private static let leastQuality = 0.1

    private struct Candidate {
        let target: Int
        let overlap: Double
        let alignment: Double
    }

    /// The matches, in the order of the points; each point has one at most, and goes to the target that its box covers best.
    ///
    /// - Parameters:
    ///   - score: the probability with which a point belongs to a class.
    ///   - box: the box that a point has found.
    func matches(
        _ targets: [DetectionTarget], at points: DetectionPoints, score: (_ point: Int, _ classIndex: Int) -> Double,
        box: (_ point: Int) -> Rectangle
    ) -> [Match] {
        var chosen: [Int: Candidate] = [:]
        for (index, target) in targets.enumerated() where !target.isIgnored {
            var within = (0..<points.count).filter { points.isWithin(target.box, $0) }
            if within.isEmpty { within = [points.nearest(to: target.box)] }
            let candidates = within.map { point in
                let overlap = box(point).intersectionOverUnion(target.box)
                return (
                    point: point,
                    Candidate(
                        target: index, overlap: overlap,
                        alignment: pow(score(point, target.classIndex), alpha) * pow(overlap, beta))
                )
            }
            let best = candidates.sorted { ($1.1.alignment, $0.point) < ($0.1.alignment, $1.point) }
            for (place, (point, candidate)) in best.prefix(candidateCount).enumerated()
            where place == 0 || candidate.alignment > 0 {
                if let other = chosen[point], other.overlap >= candidate.overlap { continue }
                chosen[point] = candidate
            }
        }
        return qualified(chosen)
    }

    private func qualified(_ chosen: [Int: Candidate]) -> [Match] {
        var best: [Int: (alignment: Double, overlap: Double)] = [:]
        for candidate in chosen.values {
            let old = best[candidate.target] ?? (0, 0)
            best[candidate.target] = (max(old.alignment, candidate.alignment), max(old.overlap, candidate.overlap))
        }
        return chosen.sorted { $0.key < $1.key }.map { point, candidate in
            let (alignment, overlap) = best[candidate.target] ?? (0, 0)
            let share = alignment > 0 ? candidate.alignment / alignment : 1
            let quality = share * overlap
            return Match(
                point: point, target: candidate.target, share: share,
                quality: share == 1 ? max(Self.leastQuality, quality) : quality)
        }
    }
}
