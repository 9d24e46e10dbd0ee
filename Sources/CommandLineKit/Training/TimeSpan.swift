public import ArgumentParser

/// A length of time as a user writes it: `90s`, `45m`, `1h30m`, or seconds.
public struct TimeSpan: ExpressibleByArgument, Sendable, Hashable {
    public let seconds: Double
    private let text: String

    public init?(argument: String) {
        var total = 0.0
        var rest = argument[...]
        var hasUnits = false
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            guard let value = Double(digits), value.isFinite else { return nil }
            rest = rest.dropFirst(digits.count)
            switch rest.popFirst() {
            case "h": total += value * 3600
            case "m": total += value * 60
            case "s": total += value
            case nil where !hasUnits: total += value
            default: return nil
            }
            hasUnits = true
        }
        guard total > 0 else { return nil }
        (seconds, text) = (total, argument)
    }

    public var defaultValueDescription: String { text }
}
