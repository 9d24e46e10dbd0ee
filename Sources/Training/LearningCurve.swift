import Charts
import Geometry
import Images

/// The picture of a run: training loss, faint and smoothed, and validation loss over the steps.
struct LearningCurve {
    private let chart: LineChart

    private static let blue = Drawing.Color(0x2F6DB5)
    private static let red = Drawing.Color(0xD9480F)
    /// More points than this are drawn as their means: a picture has no room for them.
    private static let pointLimit = 1200

    init(_ history: MetricsLog.History, title: String) {
        let steps = Self.thinned(history.steps)
        var series = [
            LineChart.Series(
                "training", steps.map { Drawing.Point(Double($0.step), $0.loss) },
                color: Drawing.Color(0x2F6DB5, opacity: 0.28), width: 1.2),
            LineChart.Series(
                "training, smoothed", steps.map { Drawing.Point(Double($0.step), $0.smoothedLoss) }, color: Self.blue,
                width: 2.2),
        ]
        var highlight: LineChart.Highlight?
        if !history.validation.isEmpty {
            let points = history.validation.map { Drawing.Point(Double($0.step), $0.loss) }
            series.append(
                LineChart.Series("validation", points, color: Self.red, width: 2, hasMarkers: points.count <= 40))
            if let best = points.min(by: { $0.y < $1.y }) {
                highlight = LineChart.Highlight(best, "best: \(Self.rounded(best.y))", color: Self.red)
            }
        }
        chart = LineChart(
            title: title, horizontalLabel: "step", verticalLabel: "loss per target", series: series,
            highlight: highlight)
    }

    func svg() -> String { chart.drawing().svg() }

    func png() throws -> [UInt8] { try PNGWriter.encode(chart.drawing().rasterized(scale: 2)) }

    private static func thinned(_ points: [MetricsLog.History.Step]) -> [MetricsLog.History.Step] {
        guard points.count > pointLimit else { return points }
        let size = (points.count - 1) / pointLimit + 1
        return stride(from: 0, to: points.count, by: size).map { start in
            let bucket = points[start..<min(start + size, points.count)]
            var last = bucket[bucket.endIndex - 1]
            last.loss = bucket.reduce(0) { $0 + $1.loss } / Double(bucket.count)
            return last
        }
    }

    private static func rounded(_ loss: Double) -> String {
        let thousandths = Int((loss * 1000).rounded())
        let fraction = String(abs(thousandths) % 1000)
        return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
