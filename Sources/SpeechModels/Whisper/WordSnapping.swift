/// Moves word times out of silences: attention is unsure where nothing sounds, and lets words reach into pauses.
struct WordSnapping {
    /// Seconds; words that end up shorter are widened to it where there is room.
    private static let shortestWord = 0.04
    /// A word reaches over a silence only if it has so many seconds on both sides.
    private static let shortestPart = 0.15

    /// Where sound is, in order.
    private let islands: [ClosedRange<Double>]
    private let duration: Double

    /// - Parameters:
    ///   - silences: in order, without overlap.
    ///   - duration: of the window, in seconds.
    init(silences: [ClosedRange<Double>], duration: Double) {
        self.duration = duration
        var islands: [ClosedRange<Double>] = []
        var position = 0.0
        for silence in silences {
            let start = min(max(silence.lowerBound, position), duration)
            if start > position { islands.append(position...start) }
            position = min(max(position, silence.upperBound), duration)
        }
        if duration > position { islands.append(position...duration) }
        // Nothing but silence: nowhere to move a word to.
        self.islands = islands.isEmpty ? [0...max(0, duration)] : islands
    }

    /// What each word, given in order, becomes: in order, without overlap, within the window, no boundary inside a silence.
    func callAsFunction(_ words: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
        var words = words
        // Where words make room for each other, one may get too short for a silence that it reached over: once more.
        for _ in 0...words.count {
            let moved = moved(words)
            if moved == words { break }
            words = moved
        }
        return words
    }

    private func moved(_ words: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
        var parts: [[Part]] = Array(repeating: [], count: islands.count)
        var earliest = 0
        for (index, word) in words.enumerated() {
            let reach = max(earliest, reach(of: word).lowerBound)...max(earliest, reach(of: word).upperBound)
            earliest = reach.upperBound
            for island in Set([reach.lowerBound, reach.upperBound]).sorted() {
                let bounds = islands[island]
                let start = min(max(word.lowerBound, bounds.lowerBound), bounds.upperBound)
                parts[island].append(
                    Part(
                        word: index, start: start, end: max(start, min(word.upperBound, bounds.upperBound))))
            }
        }
        var result = words
        var isPlaced = Array(repeating: false, count: words.count)
        for (island, parts) in zip(islands, parts) {
            for part in Self.spread(parts, over: island) {
                result[part.word] =
                    isPlaced[part.word] ? result[part.word].lowerBound...part.end : part.start...part.end
                isPlaced[part.word] = true
            }
        }
        return result
    }

    private struct Part {
        var word: Int
        var start: Double
        var end: Double
    }

    /// The first and the last island that a word belongs to.
    private func reach(of word: ClosedRange<Double>) -> ClosedRange<Int> {
        let overlaps = islands.map { max(0, min($0.upperBound, word.upperBound) - max($0.lowerBound, word.lowerBound)) }
        let touched = overlaps.indices.filter { overlaps[$0] > 0 }
        guard let first = touched.first, let last = touched.last else {
            let centre = (word.lowerBound + word.upperBound) / 2
            let nearest = islands.indices.min { distance(centre, $0) < distance(centre, $1) } ?? 0
            return nearest...nearest
        }
        let long = touched.filter { overlaps[$0] >= Self.shortestPart }
        if first < last, let first = long.first, let last = long.last { return first...last }
        let longest = touched.max { overlaps[$0] < overlaps[$1] } ?? first
        return longest...longest
    }

    private func distance(_ time: Double, _ island: Int) -> Double {
        max(islands[island].lowerBound - time, time - islands[island].upperBound, 0)
    }

    /// Parts in order within their island, none too short as far as there is room.
    private static func spread(_ parts: [Part], over island: ClosedRange<Double>) -> [Part] {
        var parts = parts
        let least = min(shortestWord, (island.upperBound - island.lowerBound) / Double(max(1, parts.count)))
        var position = island.lowerBound
        for index in parts.indices {
            parts[index].start = max(parts[index].start, position)
            parts[index].end = max(parts[index].end, parts[index].start + least)
            position = parts[index].end
        }
        position = island.upperBound
        for index in parts.indices.reversed() {
            parts[index].end = min(parts[index].end, position)
            parts[index].start = max(island.lowerBound, min(parts[index].start, parts[index].end - least))
            parts[index].end = max(parts[index].start, parts[index].end)
            position = parts[index].start
        }
        return parts
    }
}
