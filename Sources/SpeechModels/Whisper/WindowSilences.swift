#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where nobody speaks in a window, told from its loudness and, where there is one, from a voice-activity detector.
struct WindowSilences {
    /// Seconds of one step of the search.
    private static let step = 0.01
    /// A shorter silence is a part of speech, such as the closure of a "t"; and no word boundary lies more than half of it
    /// inside.
    private static let shortest = 0.2
    /// Shorter sounds between two silences are clicks.
    private static let shortestSound = 0.03
    /// Seconds of sound that one probability of the detector stands for.
    private static let detectorStep = 0.032
    /// What the detector calls silence with so little doubt is silence even where it is loud.
    private static let certainSilence: Float = 0.2
    /// The detector hears speech a little late and lets it go late.
    private static let detectorMargin = 0.06
    /// Loudness is judged beside what is heard up to 2 s before and after: speakers and rooms change in a recording.
    private static let neighbourhood = 2.0

    /// The silences of at least 0.2 s, in order, in seconds from the window's beginning.
    ///
    /// - Parameters:
    ///   - samples: the window's, at 16 kHz.
    ///   - speechProbabilities: one for each 32 ms, from the window's beginning; nil where no detector listens.
    static func find(in samples: [Float], speechProbabilities: [Float]? = nil) -> [ClosedRange<Double>] {
        let levels = levels(of: samples)
        guard !levels.isEmpty else { return [] }
        var isSilent = quietSteps(levels, speechProbabilities)
        if let speechProbabilities { addCertainSilences(speechProbabilities, &isSilent) }
        dropShortRuns(of: false, shorterThan: shortestSound, &isSilent)
        let duration = Double(samples.count) / Double(Transcriber.sampleRate)
        return runs(of: true, isSilent).compactMap { run in
            let end = min(duration, Double(run.upperBound) * step)
            let start = Double(run.lowerBound) * step
            return end - start >= shortest ? start...end : nil
        }
    }

    /// The loudness around each step, in decibels of full scale.
    private static func levels(of samples: [Float]) -> [Float] {
        let size = Int(Double(Transcriber.sampleRate) * step)
        let energies = stride(from: 0, to: samples.count, by: size).map { start in
            let part = samples[start..<min(samples.count, start + size)]
            return part.reduce(Float(0)) { $0 + $1 * $1 } / Float(part.count)
        }
        return energies.indices.map { index in
            // Over 30 ms, so that the swing of a deep voice does not show.
            let near = energies[max(0, index - 1)..<min(energies.count, index + 2)]
            return 10 * log10(near.reduce(0, +) / Float(near.count) + 1e-12)
        }
    }

    /// Steps much quieter than the speech around them: hardly louder than what lies between the words, or quiet in a way
    /// that the detector takes for silence, too.
    private static func quietSteps(_ levels: [Float], _ probabilities: [Float]?) -> [Bool] {
        let sorted = levels.sorted(by: >)
        // What is reached for 0.2 s altogether: neither a click nor only the loudest vowel.
        let speechOfAll = sorted[min(20, sorted.count / 10)]
        let reach = Int(neighbourhood / step)
        let hop = reach / 8
        return stride(from: 0, to: levels.count, by: hop).flatMap { start in
            let end = min(levels.count, start + hop)
            let near = levels[max(0, start - reach)..<min(levels.count, end + reach)].sorted(by: >)
            let speech = max(near[near.count / 10], speechOfAll - 15)
            let background = max(near[near.count * 9 / 10], speech - 50)
            // Without a step between the two, loudness alone tells nothing.
            let silence = speech - background > 12 ? background + (speech - background) / 4 : -.infinity
            return levels[start..<end].enumerated().map { offset, level in
                if level < max(silence, speech - 30) { return true }
                guard let probability = probability(at: start + offset, probabilities) else {
                    return level < speech - 25
                }
                return level < speech - 20 && probability < 0.5
            }
        }
    }

    /// The detector's probability at a step; nil where there is none.
    private static func probability(at step: Int, _ probabilities: [Float]?) -> Float? {
        let frame = Int((Double(step) + 0.5) * Self.step / detectorStep)
        return probabilities.flatMap { $0.indices.contains(frame) ? $0[frame] : nil }
    }

    private static func addCertainSilences(_ probabilities: [Float], _ isSilent: inout [Bool]) {
        let isCertain = isSilent.indices.map { probability(at: $0, probabilities).map { $0 < certainSilence } ?? false }
        let margin = Int(detectorMargin / step)
        for run in runs(of: true, isCertain) {
            // Nothing is known beyond the window's ends.
            let start = run.lowerBound == 0 ? 0 : run.lowerBound + margin
            let end = run.upperBound == isCertain.count ? run.upperBound : run.upperBound - margin
            for step in start..<max(start, end) { isSilent[step] = true }
        }
    }

    private static func dropShortRuns(of value: Bool, shorterThan duration: Double, _ steps: inout [Bool]) {
        for run in runs(of: value, steps) where Double(run.count) * step < duration {
            for index in run { steps[index] = !value }
        }
    }

    private static func runs(of value: Bool, _ steps: [Bool]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (index, step) in steps.enumerated() {
            if step == value {
                if start == nil { start = index }
            } else if let begin = start {
                runs.append(begin..<index)
                start = nil
            }
        }
        if let start { runs.append(start..<steps.count) }
        return runs
    }
}
