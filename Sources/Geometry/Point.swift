/// A place in a picture, in pixels from its upper left corner, y downwards. Pixel centres lie at halves.
public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }

    public func scaled(by scale: Double) -> Point { Point(x * scale, y * scale) }
}
