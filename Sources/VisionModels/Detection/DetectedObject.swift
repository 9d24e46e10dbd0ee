public import Geometry

/// A thing that was found in a picture.
public struct DetectedObject: Sendable, Hashable {
    /// The name of the class.
    public var label: String
    /// The number of the class.
    public var classIndex: Int
    /// How sure the model is, 0 to 1.
    public var confidence: Double
    /// Pixels of the upright picture.
    public var box: Rectangle

    public init(label: String, classIndex: Int, confidence: Double, box: Rectangle) {
        (self.label, self.classIndex, self.confidence, self.box) = (label, classIndex, confidence, box)
    }
}
