#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A linear scale with ticks at round numbers.
struct Axis: Sendable, Equatable {
    let lower: Double
    let upper: Double
    let ticks: [Double]
    private let step: Double

    /// Covers `values` with about `tickCount` ticks; both ends are ticks where `isRounded`.
    init(covering values: some Sequence<Double>, tickCount: Int, isRounded: Bool) {
        let finite = values.filter(\.isFinite)
        var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        if high - low <= abs(high) * 1e-12 {
            let margin = high == 0 ? 1 : abs(high) / 10
            (low, high) = (low - margin, high + margin)
        }
        let step = Self.roundStep((high - low) / Double(max(1, tickCount)))
        self.step = step
        let first = isRounded ? (low / step).rounded(.down) : (low / step).rounded(.up)
        let last = isRounded ? (high / step).rounded(.up) : (high / step).rounded(.down)
        ticks = first <= last ? (Int(first)...Int(last)).map { Double($0) * step } : []
        lower = isRounded ? first * step : low
        upper = isRounded ? last * step : high
    }

    /// 1, 2 or 5 times a power of ten: the one nearest to `rough`, from above.
    private static func roundStep(_ rough: Double) -> Double {
        let magnitude = pow(10, log10(rough).rounded(.down))
        return ([1, 2, 5].first { $0 * magnitude >= rough * 0.999 } ?? 10) * magnitude
    }

    /// 0 at the lower end, 1 at the upper one.
    func position(of value: Double) -> Double { (value - lower) / (upper - lower) }

    /// A tick as text, with as many places as its neighbours need: `2.5`, `10,000`.
    func label(_ tick: Double) -> String {
        let places = max(0, -Int(log10(step).rounded(.down)))
        return decimal(tick, places: min(places, 6))
    }
}

/// A number with `places` digits after the point, thousands separated by commas.
func decimal(_ value: Double, places: Int) -> String {
    let factor = pow(10, Double(places))
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    var digits = String(Int(scaled))
    digits = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var whole = String(digits.dropLast(places))
    let fraction = digits.suffix(places)
    var index = whole.count - 3
    while index > 0 {
        whole.insert(",", at: whole.index(whole.startIndex, offsetBy: index))
        index -= 3
    }
    return (value < 0 && scaled > 0 ? "-" : "") + whole + (places > 0 ? "." + fraction : "")
}
