public import Geometry
public import Images

/// A picture as a list of shapes, which becomes SVG or pixels. Coordinates count from the upper left corner, y downwards.
public struct Drawing: Sendable {
    public typealias Point = Geometry.Point
    public typealias Rectangle = Geometry.Rectangle
    public typealias Color = Images.Color
    public typealias Anchor = Images.TextAnchor

    public enum Element: Sendable {
        case rectangle(Rectangle, fill: Color)
        /// A line through points with round joints and ends; what lies outside `clip` is not drawn.
        case line([Point], color: Color, width: Double, clip: Rectangle? = nil)
        case disc(center: Point, radius: Double, fill: Color)
        /// Printable ASCII; `position` lies on the base line. Turned, it runs upwards. A halo keeps it legible over lines.
        case text(
            String, position: Point, size: Double, color: Color, anchor: Anchor = .start, isBold: Bool = false,
            isTurned: Bool = false, halo: Color? = nil)
    }

    public private(set) var width: Double
    public private(set) var height: Double
    public var background: Color
    public private(set) var elements: [Element] = []

    public init(width: Double, height: Double, background: Color = Color(0xFFFFFF)) {
        (self.width, self.height, self.background) = (width, height, background)
    }

    public mutating func add(_ element: Element) { elements.append(element) }

    /// Makes room for another drawing under this one.
    public mutating func addBelow(_ other: Drawing) {
        elements += other.elements.map { $0.moved(down: height) }
        width = max(width, other.width)
        height += other.height
    }
}

extension Drawing.Element {
    fileprivate func moved(down distance: Double) -> Self {
        func moved(_ point: Point) -> Point { Point(point.x, point.y + distance) }
        func moved(_ box: Rectangle) -> Rectangle {
            Rectangle(x: box.x, y: box.y + distance, width: box.width, height: box.height)
        }
        return switch self {
        case .rectangle(let box, let fill): .rectangle(moved(box), fill: fill)
        case .line(let points, let color, let width, let clip):
            .line(points.map(moved), color: color, width: width, clip: clip.map(moved))
        case .disc(let center, let radius, let fill): .disc(center: moved(center), radius: radius, fill: fill)
        case .text(let text, let position, let size, let color, let anchor, let isBold, let isTurned, let halo):
            .text(
                text, position: moved(position), size: size, color: color, anchor: anchor, isBold: isBold,
                isTurned: isTurned, halo: halo)
        }
    }
}
