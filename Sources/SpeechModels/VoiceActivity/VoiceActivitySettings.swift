/// How frames that may hold speech become regions that do. Durations in seconds.
public struct VoiceActivitySettings: Sendable, Equatable {
    /// A frame with at least this probability begins a region; one less probable by 0.15 ends it.
    public var threshold: Float = 0.5
    /// Shorter regions are no speech.
    public var minimumSpeechDuration = 0.25
    /// Shorter silences do not end a region.
    public var minimumSilenceDuration = 2.0
    /// Kept before and after each region, as far as its neighbours leave room.
    public var padding = 0.4

    public init() {}
}
