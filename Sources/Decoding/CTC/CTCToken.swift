/// A token that frames spell, and where.
public struct CTCToken: Sendable, Hashable {
    public let id: Int
    /// The frames that stand for it, blanks around it left out.
    public let frames: Range<Int>
    /// Mean natural logarithm of its probability in those frames.
    public let logProbability: Float

    public init(id: Int, frames: Range<Int>, logProbability: Float) {
        (self.id, self.frames, self.logProbability) = (id, frames, logProbability)
    }
}
