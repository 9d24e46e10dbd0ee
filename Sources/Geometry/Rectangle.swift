/// An upright rectangle at any place, whole pixels or not.
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
    public var center: Point { Point(x + width / 2, y + height / 2) }
    public var area: Double { width * height }

    /// What both have in common; of no extent where that is nothing.
    public func intersection(_ other: Rectangle) -> Rectangle {
        let (left, top) = (max(x, other.x), max(y, other.y))
        let (right, bottom) = (min(maximumX, other.maximumX), min(maximumY, other.maximumY))
        return Rectangle(x: left, y: top, width: max(0, right - left), height: max(0, bottom - top))
    }

    /// The common area as a part of the area that either covers: 1 for the same rectangle, 0 for those apart.
    public func intersectionOverUnion(_ other: Rectangle) -> Double {
        let common = intersection(other).area
        let union = area + other.area - common
        return union > 0 ? common / union : 0
    }

    /// Place and extents multiplied.
    public func scaled(by scale: Double) -> Rectangle {
        Rectangle(x: x * scale, y: y * scale, width: width * scale, height: height * scale)
    }
}
