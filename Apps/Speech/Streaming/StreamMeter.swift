import Foundation

/// How fast a stream is heard.
struct StreamMeter {
    /// Seconds of computing.
    private(set) var busy = 0.0
    /// Seconds from the arrival of sound to the text that it gave, of each piece that gave some.
    private var delays: [Double] = []

    /// - Parameters:
    ///   - start: when the work on a piece began, which ends now.
    ///   - arrival: when its first sample came.
    ///   - hasSpoken: whether it gave some text.
    mutating func add(from start: ContinuousClock.Instant, arrival: ContinuousClock.Instant, hasSpoken: Bool) {
        let now = ContinuousClock.now
        busy += (now - start) / .seconds(1)
        if hasSpoken { delays.append((now - arrival) / .seconds(1)) }
    }

    func summary(of duration: Double) -> String {
        let share = duration > 0 ? busy / duration : 0
        var text =
            "\(String(format: "%.1f", duration)) s of sound in \(milliseconds(busy)), "
            + "\(String(format: "%.3f", share)) of real time"
        if let longest = delays.max() {
            let mean = delays.reduce(0, +) / Double(delays.count)
            text += "; text follows its sound after \(milliseconds(mean)) in the mean, \(milliseconds(longest)) at most"
        }
        return text
    }
}
