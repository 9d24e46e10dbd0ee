/// A picture as a list of shapes, which becomes SVG or pixels. Coordinates count from the upper left corner, y downwards.
public struct Drawing: Sendable {
    public struct Point: Sendable, Hashable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
    }

    public struct Rectangle: Sendable, Hashable {
        public var x: Double
        public var y: Double
        public var width: Double
        public var height: Double

        public init(x: Double, y: Double, width: Double, height: Double) {
            (self.x, self.y, self.width, self.height) = (x, y, width, height)
        }

        public var maximumX: Double { x + width }
        public var maximumY: Double { y + height }
    }

    /// Red, green and blue from 0 to 255, and how opaque they are from 0 to 1.
    public struct Color: Sendable, Hashable {
        public var red: UInt8
        public var green: UInt8
        public var blue: UInt8
        public var opacity: Double

        /// - Parameter rgb: as in `0x1F4E8C`.
        public init(_ rgb: UInt32, opacity: Double = 1) {
            (red, green, blue) = (UInt8(rgb >> 16 & 255), UInt8(rgb >> 8 & 255), UInt8(rgb & 255))
            self.opacity = opacity
        }
    }

    /// Which part of a text its position is.
    public enum Anchor: String, Sendable { case start, middle, end }

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
