/// What to transcribe and how.
public struct TranscriptionOptions: Sendable, Equatable {
    /// ISO 639 code or English name; nil lets a multilingual model detect it in the first window.
    public var language: String?
    public var task = Task.transcribe
    /// Whether the model tells where each phrase begins and ends; without, each window is one segment.
    public var usesTimestamps = true
    /// A window whose probability of silence exceeds this is dropped, unless its words are likely enough.
    public var noSpeechThreshold: Float = 0.6
    /// A window with a mean log-probability above this counts as speech whatever its probability of silence.
    public var logProbabilityThreshold: Float = -1

    public init() {}

    public enum Task: String, Sendable, CaseIterable {
        /// Write what is said, in the language in which it is said.
        case transcribe
        /// Write it in English; multilingual models only.
        case translate
    }
}
