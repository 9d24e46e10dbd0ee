/// Where frames spell given tokens: the most probable alignment (Viterbi over blanks and tokens).
public struct CTCAlignment: Sendable {
    public let blank: Int

    public init(blank: Int = 0) { self.blank = blank }

    /// - Parameters:
    ///   - logProbabilities: `[frames, classes]`, row-major.
    ///   - target: tokens, none of them the blank.
    /// - Returns: nil where there are too few frames, or a token is impossible in all of them.
    public func align(_ logProbabilities: ArraySlice<Float>, classes: Int, target: [Int]) -> [CTCToken]? {
        precondition(
            classes > 0 && logProbabilities.count.isMultiple(of: classes)
                && target.allSatisfy { (0..<classes).contains($0) && $0 != blank },
            "CTCAlignment: \(logProbabilities.count) numbers are no frames of \(classes) classes for \(target)")
        let frames = logProbabilities.count / classes
        let states = 2 * target.count + 1
        if target.isEmpty { return [] }
        func label(_ state: Int) -> Int { state % 2 == 0 ? blank : target[state / 2] }
        func emission(_ frame: Int, _ state: Int) -> Float {
            logProbabilities[logProbabilities.startIndex + frame * classes + label(state)]
        }
        // From which state each was reached: 0, 1 or 2 before it.
        var steps = [UInt8](repeating: 0, count: frames * states)
        var scores = [Float](repeating: -.infinity, count: states)
        for frame in 0..<frames {
            var next = [Float](repeating: -.infinity, count: states)
            for state in 0..<states {
                guard frame > 0 else {
                    if state < 2 { next[state] = emission(0, state) }
                    continue
                }
                var (best, step) = (scores[state], 0)
                if state > 0, scores[state - 1] > best { (best, step) = (scores[state - 1], 1) }
                if state > 1, state % 2 == 1, label(state) != label(state - 2), scores[state - 2] > best {
                    (best, step) = (scores[state - 2], 2)
                }
                next[state] = best + emission(frame, state)
                steps[frame * states + state] = UInt8(step)
            }
            scores = next
        }
        var state = scores[states - 1] >= scores[states - 2] ? states - 1 : states - 2
        guard frames > 0, scores[state] > -.infinity else { return nil }
        var spans = [(first: Int, end: Int, sum: Float)](repeating: (0, 0, 0), count: target.count)
        for frame in (0..<frames).reversed() {
            if state % 2 == 1 {
                let span = spans[state / 2]
                spans[state / 2] = (frame, span.end == 0 ? frame + 1 : span.end, span.sum + emission(frame, state))
            }
            state -= Int(steps[frame * states + state])
        }
        return zip(target, spans).map { token, span in
            CTCToken(
                id: token, frames: span.first..<span.end, logProbability: span.sum / Float(span.end - span.first))
        }
    }
}
