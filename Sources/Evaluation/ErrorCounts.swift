/// The edits between references and hypotheses, counted.
public struct ErrorCounts: Sendable, Hashable {
    public var hits = 0
    public var substitutions = 0
    public var insertions = 0
    public var deletions = 0

    public init() {}

    public init(hits: Int, substitutions: Int, insertions: Int, deletions: Int) {
        self.hits = hits
        self.substitutions = substitutions
        self.insertions = insertions
        self.deletions = deletions
    }

    public var errors: Int { substitutions + insertions + deletions }

    /// Tokens of the reference.
    public var referenceCount: Int { hits + substitutions + deletions }

    /// Errors over the length of the reference; it passes 1 where much was invented, and is undefined (nil) for an
    /// empty reference. In a sum over texts the insertions of an empty one count: text invented over silence is an
    /// error of the whole.
    public var rate: Double? { referenceCount > 0 ? Double(errors) / Double(referenceCount) : nil }

    public static func + (first: ErrorCounts, second: ErrorCounts) -> ErrorCounts {
        ErrorCounts(
            hits: first.hits + second.hits, substitutions: first.substitutions + second.substitutions,
            insertions: first.insertions + second.insertions, deletions: first.deletions + second.deletions)
    }
}
