import Geometry
import Images

/// Counts by rows and columns as shaded cells with their numbers: which class was taken for which.
public struct MatrixChart: Sendable {
    public var title: String
    public var rowTitle: String
    public var columnTitle: String
    public var labels: [String]
    /// Row-major, as many rows and columns as labels.
    public var counts: [[Int]]

    public init(title: String, rowTitle: String, columnTitle: String, labels: [String], counts: [[Int]]) {
        precondition(
            !labels.isEmpty && counts.count == labels.count && counts.allSatisfy { $0.count == labels.count },
            "\(counts.count) rows of counts for \(labels.count) labels")
        (self.title, self.rowTitle, self.columnTitle) = (title, rowTitle, columnTitle)
        (self.labels, self.counts) = (labels, counts)
    }

    private static let ink = Color(0x1F2933)
    private static let softInk = Color(0x52606D)
    private static let textSize = 12.0
    /// With more classes than this, cells are too small for numbers, and names are left out too.
    private static let writtenLimit = 40

    public func drawing() -> Drawing {
        let isWritten = labels.count <= Self.writtenLimit
        let longest = labels.map { style().width(of: $0) }.max() ?? 0
        let margin = isWritten ? min(150, longest) + 18 : 24
        let side = isWritten ? 44.0 : max(2, 800 / Double(labels.count))
        let extent = side * Double(labels.count)
        let (left, top) = (margin + 26, margin + 74)
        var drawing = Drawing(width: left + extent + 20, height: top + extent + 20)
        drawing.add(.text(title, position: Point(20, 30), size: 17, color: Self.ink, isBold: true))
        drawing.add(
            .text(columnTitle, position: Point(left + extent / 2, 58), size: 13, color: Self.ink, anchor: .middle))
        drawing.add(
            .text(
                rowTitle, position: Point(20, top + extent / 2), size: 13, color: Self.ink, anchor: .middle,
                isTurned: true))
        for (row, values) in counts.enumerated() {
            let total = max(1, values.reduce(0, +))
            for (column, count) in values.enumerated() {
                let cell = Rectangle(
                    x: left + Double(column) * side, y: top + Double(row) * side, width: side - 1, height: side - 1)
                let color = Self.shade(Double(count) / Double(total), isRight: row == column)
                drawing.add(.rectangle(cell, fill: color))
                guard isWritten, count > 0 else { continue }
                drawing.add(
                    .text(
                        "\(count)", position: Point(cell.x + cell.width / 2, cell.y + side / 2 + 4),
                        size: Self.textSize, color: color.contrasting, anchor: .middle))
            }
        }
        if isWritten { addLabels(to: &drawing, left: left, top: top, side: side, space: margin - 12) }
        return drawing
    }

    private func style() -> TextStyle { TextStyle(size: Self.textSize, color: Self.softInk) }

    private func addLabels(to drawing: inout Drawing, left: Double, top: Double, side: Double, space: Double) {
        for (index, label) in labels.enumerated() {
            let text = style().shortened(label, to: space)
            let middle = (Double(index) + 0.5) * side
            drawing.add(
                .text(
                    text, position: Point(left - 8, top + middle + 4), size: Self.textSize, color: Self.softInk,
                    anchor: .end))
            drawing.add(
                .text(
                    text, position: Point(left + middle + 4, top - 8), size: Self.textSize, color: Self.softInk,
                    isTurned: true))
        }
    }

    /// From white to blue for what is right, to red for what is not; mistakes are rare, hence the root.
    private static func shade(_ share: Double, isRight: Bool) -> Color {
        let (red, green, blue): (Double, Double, Double) = isRight ? (47, 109, 181) : (217, 72, 15)
        let weight = isRight ? share : share.squareRoot()
        func mixed(_ value: Double) -> UInt32 { UInt32((255 + (value - 255) * weight).rounded()) }
        return Color(mixed(red) << 16 | mixed(green) << 8 | mixed(blue))
    }
}
