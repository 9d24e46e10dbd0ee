public import Geometry
import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where the pixels of a changed picture come from: what it shows at (x, y) lies at (a x + b y + c, d x + e y + f) in the
/// picture before. Pixels from the upper left corner, pixel centres at halves.
public struct AffineMap: Sendable, Hashable {
    public var a: Double
    public var b: Double
    public var c: Double
    public var d: Double
    public var e: Double
    public var f: Double

    public init(a: Double, b: Double, c: Double, d: Double, e: Double, f: Double) {
        (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
    }

    public static let identity = AffineMap(a: 1, b: 0, c: 0, d: 0, e: 1, f: 0)

    /// A change about a point that stays where it is, but for the translation: the picture is sheared, first along x and then
    /// along y, turned, scaled, and at last moved. Angles are degrees.
    ///
    /// - Parameters:
    ///   - rotation: clockwise.
    ///   - scale: more than 0; above 1 things become larger.
    ///   - shear: by how much upright lines (`x`) and level lines (`y`) are tilted, less than 90 either way.
    ///   - translation: pixels, to the right and downwards.
    public init(
        about center: Point, rotation: Double = 0, scale: Double = 1, shear: Point = Point(0, 0),
        translation: Point = Point(0, 0)
    ) {
        let angle = rotation * .pi / 180
        let (tilt, slope) = (tan(shear.x * .pi / 180), tan(shear.y * .pi / 180))
        // From the picture before to the one after, R(angle) · [1 0; −slope 1] · [1 −tilt; 0 1] · scale.
        let (left, down) = (cos(angle) + sin(angle) * slope, sin(angle) - cos(angle) * slope)
        let (right, lower) = (-left * tilt - sin(angle), -down * tilt + cos(angle))
        // The determinant of each factor but the last is 1.
        (a, b, d, e) = (lower / scale, -right / scale, -down / scale, left / scale)
        (c, f) = (0, 0)
        let (x, y) = (center.x + translation.x, center.y + translation.y)
        c = center.x - a * x - b * y
        f = center.y - d * x - e * y
    }
}

extension Bitmap {
    /// How a pixel is made of those around the place where it comes from.
    public enum Sampling: String, Sendable, Hashable, Codable {
        /// The pixel at the place.
        case nearest
        /// The four pixels around it.
        case bilinear
    }

    /// A picture of the same size that shows this one turned, scaled, sheared or moved.
    ///
    /// - Parameter fill: what lies outside this picture, a value for each channel.
    /// - Precondition: the map moves no pixel by millions (``Pixels/largestWarp``).
    public func warped(by map: AffineMap, sampling: Sampling = .bilinear, fill: [UInt8]) -> Bitmap {
        guard map != .identity else { return self }
        let result = Pixels.warped(
            bytes, width: width, height: height, channels: channels, by: [map.a, map.b, map.c, map.d, map.e, map.f],
            toWidth: width, height: height, isBilinear: sampling == .bilinear, fill: fill)
        return Bitmap(width: width, height: height, channels: channels, bytes: result)
    }

    /// The point that a rotation leaves where it is.
    var center: Point { Point(Double(width) / 2, Double(height) / 2) }
}
