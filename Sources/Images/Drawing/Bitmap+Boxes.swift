public import Geometry

/// A box around a thing in a picture, and what the thing is.
public struct LabelledBox: Sendable, Hashable {
    public var rectangle: Rectangle
    /// Empty for a box alone.
    public var label: String
    public var color: Color

    public init(_ rectangle: Rectangle, label: String = "", color: Color) {
        (self.rectangle, self.label, self.color) = (rectangle, label, color)
    }
}

/// How large boxes and labels are drawn.
public struct BoxStyle: Sendable, Hashable {
    /// Whole pixels.
    public var lineWidth: Int
    /// Of the letters, in pixels.
    public var textSize: Double

    public init(lineWidth: Int, textSize: Double) {
        precondition(lineWidth > 0 && textSize > 0, "boxes of \(lineWidth) pixels, letters of \(textSize)")
        (self.lineWidth, self.textSize) = (lineWidth, textSize)
    }

    /// Thin lines on small pictures, thick ones on large, so that both look alike on a page; letters never get too small
    /// to be read.
    public init(for bitmap: Bitmap) {
        let side = Double(bitmap.width + bitmap.height) / 2
        self.init(lineWidth: max(1, Int((side * 0.004).rounded())), textSize: max(11, (side * 0.026).rounded()))
    }
}

extension Bitmap {
    /// Draws all boxes, then all labels, so that no line runs through a label.
    ///
    /// A line has a seam of the contrasting colour on both sides, and a label stands on its box's colour, so that they show
    /// on dark and on light pictures. A label stands above its box, or below its upper line where there is no room above, or at
    /// another corner where a label is already; those of later boxes choose first.
    public mutating func draw(_ boxes: [LabelledBox], style: BoxStyle? = nil) {
        let style = style ?? BoxStyle(for: self)
        for box in boxes {
            var seam = box.color.contrasting
            seam.opacity = 0.5
            frame(box.rectangle, lineWidth: style.lineWidth + 2, seam)
            frame(box.rectangle, lineWidth: style.lineWidth, box.color)
        }
        for label in BoxLabel.placed(boxes, style, width: width, height: height) {
            fill(label.area, with: label.color)
            draw(label.text, at: label.start, label.style)
        }
    }

    /// Four lines whose middle is the rectangle's border, on whole pixels so that they are sharp.
    private mutating func frame(_ rectangle: Rectangle, lineWidth: Int, _ color: Color) {
        let pen = Double(lineWidth)
        func outer(_ border: Double) -> Double { (border - pen / 2).rounded() }
        let (left, right) = (outer(rectangle.x), outer(rectangle.maximumX))
        let (top, bottom) = (outer(rectangle.y), outer(rectangle.maximumY))
        fill(Rectangle(x: left, y: top, width: right - left + pen, height: pen), with: color)
        if bottom > top {
            fill(Rectangle(x: left, y: bottom, width: right - left + pen, height: pen), with: color)
        }
        let inner = Rectangle(x: left, y: top + pen, width: pen, height: max(0, bottom - top - pen))
        fill(inner, with: color)
        if right > left { fill(Rectangle(x: right, y: inner.y, width: pen, height: inner.height), with: color) }
    }
}
