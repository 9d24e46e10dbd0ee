import Charts
import Geometry
import Images

/// The picture of a run: training loss, faint and smoothed, and validation loss over the steps; below them the figure that
/// the model is chosen by, where that is not the loss.
struct LearningCurve {
    private var charts: [LineChart] = []

    private static let blue = Drawing.Color(0x2F6DB5)
    private static let red = Drawing.Color(0xD9480F)
    /// More points than this are drawn as their means: a picture has no room for them.
    private static let pointLimit = 1200

    init(_ history: MetricsLog.History, title: String, decisiveFigure: String? = nil) {
        let steps = Self.thinned(history.steps)
        var series = [
            LineChart.Series(
                "training", steps.map { Drawing.Point(Double($0.step), $0.loss) },
                color: Drawing.Color(0x2F6DB5, opacity: 0.28), width: 1.2),
            LineChart.Series(
                "training, smoothed", steps.map { Drawing.Point(Double($0.step), $0.smoothedLoss) }, color: Self.blue,
                width: 2.2),
        ]
        let losses = history.validation.map { Drawing.Point(Double($0.step), $0.loss) }
        if !losses.isEmpty { series.append(Self.validation(losses)) }
        let figures = history.validation.compactMap { evaluation in
            evaluation.figure.map { (Drawing.Point(Double(evaluation.step), $0), evaluation.loss) }
        }
        charts.append(
            LineChart(
                title: title, horizontalLabel: "step", verticalLabel: "loss per target", series: series,
                highlight: figures.isEmpty ? Self.highlight(losses.min { $0.y < $1.y }) : nil))
        guard let decisiveFigure, !figures.isEmpty else { return }
        var chart = LineChart(
            title: "", horizontalLabel: "step",
            verticalLabel: decisiveFigure.split(separator: "_").joined(separator: " "),
            series: [Self.validation(figures.map(\.0))],
            highlight: Self.highlight(figures.min { ($0.0.y, $0.1) < ($1.0.y, $1.1) }?.0))
        // As wide as the chart above it.
        chart.reach = (steps.prefix(1) + steps.suffix(1)).map { Drawing.Point(Double($0.step), figures[0].0.y) }
        charts.append(chart)
    }

    private static func validation(_ points: [Drawing.Point]) -> LineChart.Series {
        LineChart.Series("validation", points, color: red, width: 2, hasMarkers: points.count <= 40)
    }

    private static func highlight(_ best: Drawing.Point?) -> LineChart.Highlight? {
        best.map { LineChart.Highlight($0, "best: \(rounded($0.y))", color: red) }
    }

    private var drawing: Drawing {
        charts.dropFirst().reduce(into: charts[0].drawing()) { $0.addBelow($1.drawing(height: 300)) }
    }

    func svg() -> String { drawing.svg() }

    func png() throws -> [UInt8] { try PNGWriter.encode(drawing.rasterized(scale: 2)) }

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
