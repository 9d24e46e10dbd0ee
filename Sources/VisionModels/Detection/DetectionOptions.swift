/// Which of all that may be a thing is told.
public struct DetectionOptions: Sendable, Hashable {
    /// What is less sure is left out; 0 to 1.
    public var confidence: Double
    /// Two boxes of one class stand for one thing where their intersection over union is larger; 0 to 1.
    public var overlap: Double
    /// Of one picture at most so many, the surest.
    public var limit: Int
    /// The numbers of the classes that are looked for; all where nil.
    public var classes: Set<Int>?

    public init(confidence: Double = 0.4, overlap: Double = 0.5, limit: Int = 300, classes: Set<Int>? = nil) {
        (self.confidence, self.overlap, self.limit, self.classes) = (confidence, overlap, limit, classes)
    }
}
