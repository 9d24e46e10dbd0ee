/// A recording and what is said in it.
public struct TranscribedRecording: Sendable {
    /// Its name in the manifest, unique there: the path as written, or the utterance's identifier.
    public let name: String
    /// The sound file; whether it is there shows only when it is opened.
    public let path: String
    /// What is said; empty where nothing is.
    public let text: String
    /// Who says it, where the data tells.
    public var speaker: String?
    /// The part of the data that it belongs to, where that is divided.
    public var split: Split?
    /// Where it is listed, as `data.tsv:17`; nil where its file is all that tells of it.
    public var place: String?

    /// The parts of a data set.
    public enum Split: String, Sendable, CaseIterable {
        case training = "train"
        case validation
        case test
    }

    public init(name: String, path: String, text: String, speaker: String? = nil, split: Split? = nil) {
        (self.name, self.path, self.text) = (name, path, text)
        (self.speaker, self.split) = (speaker, split)
    }
}

/// Recordings are the same wherever they are listed.
extension TranscribedRecording: Hashable {
    private var content: [String?] { [name, path, text, speaker, split?.rawValue] }

    public static func == (first: Self, second: Self) -> Bool { first.content == second.content }

    public func hash(into hasher: inout Hasher) { hasher.combine(content) }
}
