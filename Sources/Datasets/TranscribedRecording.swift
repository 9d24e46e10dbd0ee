/// A recording and what is said in it.
public struct TranscribedRecording: Sendable, Hashable {
    /// Its name in the manifest, unique there: the path as written, or the utterance's identifier.
    public let name: String
    /// The sound file; whether it is there shows only when it is opened.
    public let path: String
    /// What is said; empty where nothing is.
    public let text: String

    public init(name: String, path: String, text: String) {
        self.name = name
        self.path = path
        self.text = text
    }
}
