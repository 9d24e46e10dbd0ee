import Geometry

/// The label of a box, at its place in a picture.
struct BoxLabel {
    let text: String
    let style: TextStyle
    let color: Color
    let area: Rectangle
    /// Where the text begins, on its base line.
    let start: Point

    /// The labels of boxes in their order. Each stands above its box, below its upper line where there is no room above, or,
    /// where another label is already, at one of the box's other corners; later boxes choose first. Where every place is taken
    /// a label stands where it would alone.
    static func placed(_ boxes: [LabelledBox], _ style: BoxStyle, width: Int, height: Int) -> [BoxLabel] {
        var labels: [BoxLabel] = []
        for box in boxes.reversed() where !box.label.isEmpty {
            let placed = labels
            let label = BoxLabel(box, style, width: Double(width), height: Double(height)) { area in
                !placed.contains { $0.area.intersection(area).area > 0 }
            }
            if let label { labels.append(label) }
        }
        return labels.reversed()
    }

    /// Nil where the picture has no room for a single letter.
    private init?(
        _ box: LabelledBox, _ boxStyle: BoxStyle, width: Double, height: Double, isFree: (Rectangle) -> Bool
    ) {
        style = TextStyle(size: boxStyle.textSize, color: box.color.contrasting, isBold: true)
        color = box.color
        let pen = Double(boxStyle.lineWidth)
        let padding = (boxStyle.textSize * 0.25).rounded()
        text = style.shortened(box.label, to: width - 2 * padding)
        guard !text.isEmpty else { return nil }
        let labelWidth = (style.width(of: text) + 2 * padding).rounded(.up)
        let labelHeight = (boxStyle.textSize * 1.3).rounded()
        let (low, high) = (-pen / 2, pen / 2)
        let columns = [
            (box.rectangle.x + low).rounded(), (box.rectangle.maximumX + high).rounded() - labelWidth,
        ].map { max(0, min($0, width - labelWidth)) }
        let above = (box.rectangle.y + low).rounded() - labelHeight
        let upper = (box.rectangle.y + high).rounded()
        let lower = (box.rectangle.maximumY + low).rounded() - labelHeight
        let below = (box.rectangle.maximumY + high).rounded()
        let rows =
            ((above >= 0 ? [above, upper] : [upper]) + (below <= height - labelHeight ? [below, lower] : [lower]))
            .map { max(0, min($0, height - labelHeight)) }
        let areas = rows.flatMap { y in
            columns.map { Rectangle(x: $0, y: y, width: labelWidth, height: labelHeight) }
        }
        area = areas.first(where: isFree) ?? areas[0]
        start = Point(area.x + padding, area.y + (boxStyle.textSize * 0.98).rounded())
    }
}
