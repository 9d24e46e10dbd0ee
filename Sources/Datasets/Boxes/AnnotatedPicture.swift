public import Geometry

/// A picture with boxes around the things that it shows.
public struct AnnotatedPicture: Sendable, Hashable {
    /// Pixels of the upright picture.
    public struct Size: Sendable, Hashable {
        public var width: Int
        public var height: Int

        public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
    }

    /// Where the file is.
    public var path: String
    /// What its data calls it: the path as the annotations have it.
    public var name: String
    public var boxes: [AnnotatedBox]
    /// As its data has it, which may be wrong; nil where it says nothing.
    public var size: Size?

    public init(path: String, name: String, boxes: [AnnotatedBox], size: Size? = nil) {
        (self.path, self.name, self.boxes, self.size) = (path, name, boxes, size)
    }
}

/// A thing in a picture.
public struct AnnotatedBox: Sendable, Hashable {
    /// Pixels of the upright picture.
    public var rectangle: Rectangle
    /// The number of the class.
    public var label: Int
    /// A group of things that were not told apart: nothing is learnt from it, and whatever is found in it counts neither
    /// way.
    public var isCrowd: Bool
    /// Hard to see, says Pascal VOC, whose measure leaves it out.
    public var isDifficult: Bool
    /// Square pixels of the thing itself, where its outline is known; COCO's measure sorts sizes by it.
    public var area: Double

    /// - Parameter area: that of the rectangle where nil.
    public init(
        _ rectangle: Rectangle, label: Int, isCrowd: Bool = false, isDifficult: Bool = false, area: Double? = nil
    ) {
        (self.rectangle, self.label, self.isCrowd) = (rectangle, label, isCrowd)
        (self.isDifficult, self.area) = (isDifficult, area ?? rectangle.area)
    }
}
