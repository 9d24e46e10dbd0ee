public import Geometry

/// A thing that is in a picture.
public struct TrueBox: Sendable, Hashable {
    public var rectangle: Rectangle
    /// The number of its class.
    public var label: Int
    /// A group that was not told apart: what lies in it counts neither way.
    public var isCrowd: Bool
    /// Left out by Pascal VOC's measure.
    public var isDifficult: Bool
    /// Square pixels, by which COCO's measure tells small from large.
    public var area: Double

    /// - Parameter area: that of the rectangle where nil.
    public init(
        _ rectangle: Rectangle, label: Int, isCrowd: Bool = false, isDifficult: Bool = false, area: Double? = nil
    ) {
        (self.rectangle, self.label, self.isCrowd) = (rectangle, label, isCrowd)
        (self.isDifficult, self.area) = (isDifficult, area ?? rectangle.area)
    }
}

/// A thing that a model says is in a picture.
public struct FoundBox: Sendable, Hashable {
    public var rectangle: Rectangle
    /// The number of its class.
    public var label: Int
    public var score: Double

    public init(_ rectangle: Rectangle, label: Int, score: Double) {
        (self.rectangle, self.label, self.score) = (rectangle, label, score)
    }
}
