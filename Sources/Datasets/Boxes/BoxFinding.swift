/// Something about boxes that somebody should know before a model learns from them.
public struct BoxFinding: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// An annotation, by its place in the list, whose id is 0: COCO's own program counts it as never found.
        case idZero(entry: Int)
        /// Corners at pixel 0 in Pascal VOC's files, which count from 1; one of the files.
        case zeroCorners(count: Int, example: String)
        /// Outlines in YOLO's files, taken as the boxes around them; one of the files.
        case outlines(count: Int, example: String)
    }

    /// The picture as the data calls it, a class, a file of labels, or the data itself.
    public let name: String
    public let reason: Reason

    public init(_ name: String, _ reason: Reason) { (self.name, self.reason) = (name, reason) }
}
