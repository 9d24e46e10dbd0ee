import Foundation

/// What a progress line counts, and how it is written.
public enum ProgressUnit: Sendable, Hashable {
    /// Seconds of sound; the rate is a multiple of real time.
    case secondsOfAudio
    case bytes
    /// Countable things by their plural: `pictures`, `tokens`, `steps`.
    case items(String)

    /// `completed` of `total`, as in `1:23 of 4:10`, `12.0 of 75.5 MB`, `3 of 8 pictures`.
    func amount(_ completed: Double, of total: Double?) -> String {
        switch self {
        case .secondsOfAudio:
            clockTime(completed) + (total.map { " of \(clockTime($0))" } ?? "")
        case .bytes:
            if let total {
                "\(fixed(completed / 1e6, 1)) of \(fixed(total / 1e6, 1)) MB"
            } else {
                "\(fixed(completed / 1e6, 1)) MB"
            }
        case .items(let name):
            fixed(completed, 0) + (total.map { " of \(fixed($0, 0))" } ?? "") + " \(name)"
        }
    }

    /// - Parameter rate: units per second of wall time.
    func rate(_ rate: Double) -> String {
        switch self {
        case .secondsOfAudio: "\(fixed(rate, 1))x real time"
        case .bytes: "\(fixed(rate / 1e6, 1)) MB/s"
        case .items(let name): "\(fixed(rate, rate < 10 ? 2 : 0)) \(name)/s"
        }
    }
}

/// Seconds as `0:07`, `12:34`, `1:02:03`; whole seconds, rounded down.
public func clockTime(_ seconds: Double) -> String {
    let whole = seconds.isFinite ? Int(min(max(seconds, 0), 1e12)) : 0
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0
        ? "\(hours):\(twoDigits(minutes)):\(twoDigits(whole % 60))" : "\(minutes):\(twoDigits(whole % 60))"
}

/// A number with `digits` places after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}
