/// The most probable class of every frame, equal neighbours made one and blanks left out (Graves et al. 2006, section 3.2).
public struct CTCGreedySearch: Sendable {
    public let blank: Int

    public init(blank: Int = 0) { self.blank = blank }

    /// - Parameters:
    ///   - logProbabilities: `[frames, classes]`, row-major; logits give the same tokens, but no log-probabilities.
    ///   - classes: of equally probable ones the first counts.
    public func tokens(_ logProbabilities: ArraySlice<Float>, classes: Int) -> [CTCToken] {
        precondition(
            classes > 0 && logProbabilities.count.isMultiple(of: classes) && (0..<classes).contains(blank),
            "CTCGreedySearch: \(logProbabilities.count) numbers are no frames of \(classes) classes")
        var tokens: [CTCToken] = []
        var (current, start, sum) = (blank, 0, Float(0))
        func end(at frame: Int) {
            guard current != blank else { return }
            tokens.append(
                CTCToken(id: current, frames: start..<frame, logProbability: sum / Float(max(1, frame - start))))
        }
        let frames = logProbabilities.count / classes
        for frame in 0..<frames {
            let first = logProbabilities.startIndex + frame * classes
            var best = 0
            for index in 1..<classes where logProbabilities[first + index] > logProbabilities[first + best] {
                best = index
            }
            if best != current {
                end(at: frame)
                (current, start, sum) = (best, frame, 0)
            }
            sum += logProbabilities[first + best]
        }
        end(at: frames)
        return tokens
    }
}
