/// Lets a text through piece by piece, up to the first stop string, and never a part of one.
struct StopStringFilter: Sendable {
    private let stops: [[UInt8]]
    /// What may be the beginning of a stop string.
    private var held: [UInt8] = []
    /// Whether a stop string came; nothing is let through any more.
    private(set) var hasStopped = false

    /// - Parameter stops: empty strings stop nothing.
    init(_ stops: [String]) {
        self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// What can be let through now.
    mutating func append(_ text: String) -> String {
        guard !hasStopped else { return "" }
        held.append(contentsOf: text.utf8)
        var open = held.count
        for start in held.indices {
            let rest = held[start...]
            for stop in stops {
                if rest.starts(with: stop) {
                    hasStopped = true
                    return release(start)
                }
                if rest.count < stop.count, stop.starts(with: rest) { open = min(open, start) }
            }
        }
        // Stop strings begin with a whole character, so no character is cut.
        return release(open)
    }

    /// What was held back and turned out to be no stop string.
    mutating func finish() -> String { hasStopped ? "" : release(held.count) }

    private mutating func release(_ count: Int) -> String {
        defer { held.removeFirst(count) }
        return String(decoding: held[..<count], as: UTF8.self)
    }
}
