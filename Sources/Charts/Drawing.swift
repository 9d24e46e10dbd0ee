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

    public let width: Double
    public let height: Double
    public var background: Color
    public private(set) var elements: [Element] = []

    public init(width: Double, height: Double, background: Color = Color(0xFFFFFF)) {
        (self.width, self.height, self.background) = (width, height, background)
    }

    public mutating func add(_ element: Element) { elements.append(element) }
}
