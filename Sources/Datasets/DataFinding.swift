/// Something about data that somebody should know before a model learns from it.
public protocol DataFinding: Sendable, CustomStringConvertible {
    /// What it is about, as the data calls it.
    var name: String { get }
    /// Where that is listed, as `data.tsv:17`; nil where its name is all that tells of it.
    var place: String? { get }
    /// A word for programs.
    var kind: String { get }
    /// The other picture or file, where there are two.
    var other: String? { get }
    /// The reason in words.
    var explanation: String { get }
    /// Whether the data should be mended; the rest is only worth knowing.
    var isProblem: Bool { get }
}

extension DataFinding {
    public var place: String? { nil }
}
