/// What a model is for. Each program offers the models of its own tasks.
public enum ModelTask: String, Sendable, Hashable, CaseIterable {
    /// Speech to text.
    case transcription
    /// Where in a recording somebody speaks.
    case voiceActivity = "voice-activity"
    /// Writing text.
    case generation
    /// What a picture shows.
    case classification
    /// What there is in a picture, and where.
    case detection
}
