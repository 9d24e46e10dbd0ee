import Geometry

/// Pictures with boxes, in the parts that the data itself is divided into.
public struct BoxDataSet: Sendable {
    public typealias Split = PictureDataSet.Split

    public let path: String
    /// The names of the classes, by their numbers.
    public let labels: [String]
    /// What the data calls its parts; where it is not divided, everything is under `.training`.
    public let splits: [Split: [AnnotatedPicture]]
    public let isDivided: Bool
    /// The files that list pictures and boxes.
    public let files: [String]

    public init(
        path: String, labels: [String], splits: [Split: [AnnotatedPicture]], isDivided: Bool, files: [String]
    ) {
        (self.path, self.labels, self.splits) = (path, labels, splits)
        (self.isDivided, self.files) = (isDivided, files)
    }
}
