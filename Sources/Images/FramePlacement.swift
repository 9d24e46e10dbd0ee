public import Geometry

/// Where a picture lies in the frame that a network is given.
public struct FramePlacement: Sendable, Hashable {
    /// Pixels of the frame for one of the picture.
    public var scaleX: Double
    public var scaleY: Double
    /// Where the picture's upper left corner is in the frame.
    public var origin: Point

    public init(scaleX: Double, scaleY: Double, origin: Point = Point(0, 0)) {
        (self.scaleX, self.scaleY, self.origin) = (scaleX, scaleY, origin)
    }

    /// A rectangle of the picture in the frame.
    public func inFrame(_ rectangle: Rectangle) -> Rectangle {
        Rectangle(
            x: rectangle.x * scaleX + origin.x, y: rectangle.y * scaleY + origin.y,
            width: rectangle.width * scaleX, height: rectangle.height * scaleY)
    }

    /// A rectangle of the frame in the picture.
    public func inPicture(_ rectangle: Rectangle) -> Rectangle {
        Rectangle(
            x: (rectangle.x - origin.x) / scaleX, y: (rectangle.y - origin.y) / scaleY,
            width: rectangle.width / scaleX, height: rectangle.height / scaleY)
    }
}
