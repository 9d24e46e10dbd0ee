/// Something about boxes that somebody should know before a model learns from them.
public struct BoxFinding: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// An annotation, by its place in the list, whose id is 0: COCO's own program counts it as never found.
        case idZero(entry: Int)
    }

    /// The picture as the data calls it, a class, a file of labels, or the data itself.
    public let name: String
    public let reason: Reason

    public init(_ name: String, _ reason: Reason) { (self.name, self.reason) = (name, reason) }
}
