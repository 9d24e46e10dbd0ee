public import Geometry
public import Images

/// Curves over a common axis, with ticks, grid, labels and a legend.
public struct LineChart: Sendable {
    public struct Series: Sendable {
        public var name: String
        public var points: [Drawing.Point]
        public var color: Drawing.Color
        public var width: Double
        /// Marks every point; for few of them.
        public var hasMarkers: Bool

        public init(
            _ name: String, _ points: [Drawing.Point], color: Drawing.Color, width: Double = 2, hasMarkers: Bool = false
        ) {
            (self.name, self.points, self.color) = (name, points, color)
            (self.width, self.hasMarkers) = (width, hasMarkers)
        }
    }

    /// A corner of the plot.
    public enum Corner: Sendable { case upperRight, lowerLeft }

    /// A point that is pointed out.
    public struct Highlight: Sendable {
        public var point: Drawing.Point
        public var text: String
        public var color: Drawing.Color

        public init(_ point: Drawing.Point, _ text: String, color: Drawing.Color) {
            (self.point, self.text, self.color) = (point, text, color)
        }
    }

    public var title: String
    public var horizontalLabel: String
    public var verticalLabel: String
    /// Drawn in this order.
    public var series: [Series]
    public var highlight: Highlight?
    /// Points that the axes reach, whatever the series are.
    public var reach: [Drawing.Point] = []
    /// Where the names of the series stand: in the upper right corner, losses leave room.
    public var legendCorner = Corner.upperRight

    public init(
        title: String, horizontalLabel: String, verticalLabel: String, series: [Series], highlight: Highlight? = nil
    ) {
        (self.title, self.horizontalLabel, self.verticalLabel) = (title, horizontalLabel, verticalLabel)
        (self.series, self.highlight) = (series, highlight)
    }

    // MARK: Drawing

    private static let ink = Drawing.Color(0x1F2933)
    private static let softInk = Drawing.Color(0x52606D)
    private static let grid = Drawing.Color(0xE4E7EB)
    private static let paper = Drawing.Color(0xFFFFFF)

    public func drawing(width: Double = 800, height: Double = 480) -> Drawing {
        var drawing = Drawing(width: width, height: height, background: Self.paper)
        let plot = Drawing.Rectangle(x: 72, y: 52, width: width - 72 - 28, height: height - 52 - 60)
        let points = series.flatMap(\.points) + reach
        let horizontal = Axis(covering: points.map(\.x), tickCount: 8, isRounded: false)
        let vertical = Axis(covering: points.map(\.y), tickCount: 8, isRounded: true)
        func place(_ point: Drawing.Point) -> Drawing.Point {
            Drawing.Point(
                plot.x + plot.width * horizontal.position(of: point.x),
                plot.maximumY - plot.height * vertical.position(of: point.y))
        }
        addFrame(to: &drawing, plot, horizontal, vertical, place)
        let clip = Drawing.Rectangle(x: plot.x - 4, y: plot.y - 4, width: plot.width + 8, height: plot.height + 8)
        for series in series {
            let points = series.points.map(place)
            drawing.add(.line(points, color: series.color, width: series.width, clip: clip))
            guard series.hasMarkers else { continue }
            for point in points { addMarker(to: &drawing, point, series.color) }
        }
        if let highlight { add(highlight, to: &drawing, at: place(highlight.point), plot) }
        addLegend(to: &drawing, plot)
        return drawing
    }

    private func addFrame(
        to drawing: inout Drawing, _ plot: Drawing.Rectangle, _ horizontal: Axis, _ vertical: Axis,
        _ place: (Drawing.Point) -> Drawing.Point
    ) {
        let left = plot.x
        drawing.add(
            .text(title, position: .init(left, 30), size: 17, color: Self.ink, isBold: true))
        for tick in vertical.ticks {
            let y = place(.init(horizontal.lower, tick)).y
            drawing.add(
                .line([.init(left, y), .init(plot.maximumX, y)], color: Self.grid, width: 1))
            drawing.add(
                .text(
                    vertical.label(tick), position: .init(left - 10, y + 4.5), size: 13, color: Self.softInk,
                    anchor: .end))
        }
        let baseline = plot.maximumY
        drawing.add(.line([.init(left, baseline), .init(plot.maximumX, baseline)], color: Self.softInk, width: 1.2))
        for tick in horizontal.ticks {
            let x = place(.init(tick, vertical.lower)).x
            drawing.add(.line([.init(x, baseline), .init(x, baseline + 5)], color: Self.softInk, width: 1.2))
            drawing.add(
                .text(
                    horizontal.label(tick), position: .init(x, baseline + 21), size: 13, color: Self.softInk,
                    anchor: .middle))
        }
        drawing.add(
            .text(
                horizontalLabel, position: .init(left + plot.width / 2, drawing.height - 14), size: 13, color: Self.ink,
                anchor: .middle))
        drawing.add(
            .text(
                verticalLabel, position: .init(20, plot.y + plot.height / 2), size: 13, color: Self.ink,
                anchor: .middle,
                isTurned: true))
    }

    private func addMarker(to drawing: inout Drawing, _ point: Drawing.Point, _ color: Drawing.Color) {
        drawing.add(.disc(center: point, radius: 4.2, fill: Self.paper))
        drawing.add(.disc(center: point, radius: 3, fill: color))
    }

    /// A ring around the point, and its text below or, near the lower border, above.
    private func add(
        _ highlight: Highlight, to drawing: inout Drawing, at point: Drawing.Point, _ plot: Drawing.Rectangle
    ) {
        drawing.add(.disc(center: point, radius: 7, fill: highlight.color))
        drawing.add(.disc(center: point, radius: 5, fill: Self.paper))
        drawing.add(.disc(center: point, radius: 3, fill: highlight.color))
        let isRight = point.x > plot.x + plot.width / 2
        let x = isRight ? min(point.x + 7, plot.maximumX) : max(point.x - 7, plot.x + 4)
        let isBelow = point.y + 30 < plot.maximumY
        drawing.add(
            .text(
                highlight.text, position: .init(x, isBelow ? point.y + 25 : point.y - 16), size: 13,
                color: highlight.color, anchor: isRight ? .end : .start, isBold: true,
                halo: Drawing.Color(0xFFFFFF, opacity: 0.9)))
    }

    private func addLegend(to drawing: inout Drawing, _ plot: Drawing.Rectangle) {
        let names = series.map(\.name)
        guard let longest = names.map({ StrokeFont.standard.width(of: $0) }).max() else { return }
        let unit = 13 * StrokeFont.capitalFraction / StrokeFont.capitalHeight
        // Fonts of SVG viewers run wider than ours.
        let width = longest * unit * 1.12 + 58
        let line = 21.0
        let height = line * Double(names.count) + 12
        let box =
            switch legendCorner {
            case .upperRight: Drawing.Rectangle(x: plot.maximumX - width, y: plot.y + 2, width: width, height: height)
            case .lowerLeft:
                Drawing.Rectangle(x: plot.x + 2, y: plot.maximumY - height - 2, width: width, height: height)
            }
        drawing.add(.rectangle(box, fill: Drawing.Color(0xFFFFFF, opacity: 0.85)))
        for (index, series) in series.enumerated() {
            let y = box.y + 6 + line * (Double(index) + 0.5)
            let ends = [Drawing.Point(box.x + 12, y), Drawing.Point(box.x + 38, y)]
            drawing.add(.line(ends, color: series.color, width: max(series.width, 1.5)))
            if series.hasMarkers { addMarker(to: &drawing, .init(box.x + 25, y), series.color) }
            drawing.add(.text(series.name, position: .init(box.x + 47, y + 4.5), size: 13, color: Self.ink))
        }
    }
}
