/// Where frames spell given tokens: the most probable alignment (Viterbi over blanks and tokens).
///
/// The way back is known for a part of the frames at a time, and found again for each part from the scores at its beginning
/// (Grice et al. 1997, "Reduced space sequence alignment"): memory grows with the tokens times the root of the frames.
public struct CTCAlignment: Sendable {
    public let blank: Int

    /// Stands in a target for something that has no token, and costs nothing, whatever frames say.
    public static let wildcard = -1

    public init(blank: Int = 0) { self.blank = blank }

    /// - Parameters:
    ///   - logProbabilities: `[frames, classes]`, row-major.
    ///   - target: tokens, none of them the blank; or ``wildcard``, of which no two follow each other. It has no frames at its
    ///     ends where nothing is most probably spelled.
    /// - Returns: nil where there are too few frames, or a token is impossible in all of them.
    public func align(_ logProbabilities: ArraySlice<Float>, classes: Int, target: [Int]) -> [CTCToken]? {
        precondition(
            classes > 0 && logProbabilities.count.isMultiple(of: classes)
                && target.allSatisfy { (Self.wildcard..<classes).contains($0) && $0 != blank },
            "CTCAlignment: \(logProbabilities.count) numbers are no frames of \(classes) classes for \(target)")
        if target.isEmpty { return [] }
        let lattice = Lattice(
            values: logProbabilities, classes: classes, frames: logProbabilities.count / classes,
            labels: (0...2 * target.count).map { $0.isMultiple(of: 2) ? blank : target[$0 / 2] })
        guard let path = lattice.path() else { return nil }
        var spans = [(first: Int, end: Int, sum: Float)](repeating: (0, 0, 0), count: target.count)
        for (frame, state) in path.enumerated() where !state.isMultiple(of: 2) {
            let span = spans[state / 2]
            spans[state / 2] = (
                span.end == 0 ? frame : span.first, frame + 1, span.sum + lattice.emission(frame, state)
            )
        }
        return zip(target, spans).map { token, span in
            CTCToken(
                id: token,
                frames: token == Self.wildcard ? spelled(span.first..<span.end, lattice) : span.first..<span.end,
                logProbability: span.sum / Float(span.end - span.first))
        }
    }

    /// `frames` without those at their ends where nothing is most probably spelled; one where that would be all.
    private func spelled(_ frames: Range<Int>, _ lattice: Lattice) -> Range<Int> {
        let half: Float = -0.693_147
        func isSpelled(_ frame: Int) -> Bool { lattice.value(frame, blank) < half }
        guard let first = frames.first(where: isSpelled), let last = frames.last(where: isSpelled) else {
            return frames.lowerBound..<frames.lowerBound + 1
        }
        return first..<last + 1
    }
}

/// States that frames go through: a blank, a token, a blank, and so on, of which each may last, and blanks between different
/// tokens be passed over.
private struct Lattice {
    let values: ArraySlice<Float>
    let classes: Int
    let frames: Int
    /// Of the states.
    let labels: [Int]

    func value(_ frame: Int, _ label: Int) -> Float { values[values.startIndex + frame * classes + label] }

    func emission(_ frame: Int, _ state: Int) -> Float {
        let label = labels[state]
        return label == CTCAlignment.wildcard ? 0 : value(frame, label)
    }

    /// The state of each frame on the best way from the beginning to the end; nil where there is none.
    func path() -> [Int]? {
        let count = labels.count
        let partLength = max(1, Int(Double(frames).squareRoot()))
        let parts = stride(from: 0, to: frames, by: partLength).map { $0..<min(frames, $0 + partLength) }
        // Before the first frame nothing has been spelled.
        var scores = [Float](repeating: -.infinity, count: count)
        scores[0] = 0
        var beginnings: [[Float]] = []
        var steps: [UInt8] = []
        for part in parts {
            beginnings.append(scores)
            for frame in part { advance(&scores, to: frame, &steps) }
        }
        var state = scores[count - 1] >= scores[count - 2] ? count - 1 : count - 2
        guard frames > 0, scores[state] > -.infinity else { return nil }
        var path = [Int](repeating: 0, count: frames)
        for (part, beginning) in zip(parts, beginnings).reversed() {
            scores = beginning
            steps = [UInt8](repeating: 0, count: part.count * count)
            for frame in part { advance(&scores, to: frame, &steps, row: frame - part.lowerBound) }
            for frame in part.reversed() {
                path[frame] = state
                state -= Int(steps[(frame - part.lowerBound) * count + state])
            }
        }
        return path
    }

    /// From the scores of a frame to those of the next.
    ///
    /// - Parameters:
    ///   - steps: receives from which state each was reached, 0, 1 or 2 before it.
    ///   - row: of `steps`; nil leaves them as they are.
    private func advance(_ scores: inout [Float], to frame: Int, _ steps: inout [UInt8], row: Int? = nil) {
        let count = labels.count
        // What can be reached from the beginning, and from where the end can be reached.
        let (lowest, highest) = (max(0, count - 2 * (frames - frame)), min(count - 1, 2 * frame + 1))
        guard lowest <= highest else { return }
        // The states before a state are still those of the frame before.
        for state in (lowest...highest).reversed() {
            var (best, step) = (scores[state], 0)
            if state > 0, scores[state - 1] > best { (best, step) = (scores[state - 1], 1) }
            if state > 1, !state.isMultiple(of: 2), labels[state] != labels[state - 2], scores[state - 2] > best {
                (best, step) = (scores[state - 2], 2)
            }
            scores[state] = best + emission(frame, state)
            if let row { steps[row * count + state] = UInt8(step) }
        }
    }
}
