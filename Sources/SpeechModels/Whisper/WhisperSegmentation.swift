/// A window's tokens cut into phrases at its timestamps, and how far the window was understood.
///
/// After the published long-form algorithm (Radford et al. 2022, section 3.8): two timestamps in a row end one phrase
/// and begin the next; what follows the last complete phrase is heard again in the next window.
struct WhisperSegmentation: Equatable {
    struct Phrase: Equatable {
        /// Seconds from the beginning of the window.
        var start: Double
        var end: Double
        var tokens: [Int]
    }

    private(set) var phrases: [Phrase] = []
    /// Seconds of the window that are done with.
    private(set) var consumed: Double

    /// - Parameter time: seconds that a timestamp token stands for; nil for every other token.
    init(tokens: [Int], windowDuration: Double, time: (Int) -> Double?) {
        func isTimestamp(_ index: Int) -> Bool { time(tokens[index]) != nil }
        let endsWithOneTimestamp =
            tokens.count >= 2 && isTimestamp(tokens.count - 1) && !isTimestamp(tokens.count - 2)
        var cuts = tokens.indices.dropFirst().filter { isTimestamp($0) && isTimestamp($0 - 1) }

        consumed = windowDuration
        guard !cuts.isEmpty else {
            let last = tokens.last { time($0).map { $0 > 0 } ?? false }
            let end = last.flatMap(time) ?? windowDuration
            let start = tokens.first.flatMap(time) ?? 0
            phrases = [Phrase(start: start, end: end, tokens: tokens)]
            clamp(to: windowDuration)
            return
        }
        if endsWithOneTimestamp { cuts.append(tokens.count) }
        var begin = 0
        for cut in cuts {
            let part = Array(tokens[begin..<cut])
            phrases.append(
                Phrase(
                    start: part.first.flatMap(time) ?? 0,
                    end: part.last.flatMap(time) ?? windowDuration, tokens: part))
            begin = cut
        }
        if !endsWithOneTimestamp, let end = time(tokens[begin - 1]), end > 0 {
            consumed = min(end, windowDuration)
        }
        clamp(to: windowDuration)
    }

    /// A model may place a phrase behind the end of a short recording; nothing was said there.
    private mutating func clamp(to duration: Double) {
        for index in phrases.indices {
            phrases[index].start = min(phrases[index].start, duration)
            phrases[index].end = max(phrases[index].start, min(phrases[index].end, duration))
        }
    }
}
