/// What was said in a recording.
public struct Transcript: Codable, Sendable, Equatable {
    /// All segments' texts, joined.
    public var text: String
    /// ISO 639 code, given or detected.
    public var language: String
    /// Seconds of sound.
    public var duration: Double
    public var segments: [TranscriptSegment]
    public var timings: TranscriptionTimings

    public init(
        text: String, language: String, duration: Double, segments: [TranscriptSegment],
        timings: TranscriptionTimings
    ) {
        self.text = text
        self.language = language
        self.duration = duration
        self.segments = segments
        self.timings = timings
    }
}

/// A phrase with its place in the recording. Field names in JSON are those of OpenAI's `verbose_json`.
public struct TranscriptSegment: Codable, Sendable, Equatable {
    public var id: Int
    /// Where its window begins, in spectrogram frames of 10 ms.
    public var seek: Int
    /// Seconds from the beginning of the recording.
    public var start: Double
    /// Seconds from the beginning of the recording.
    public var end: Double
    public var text: String
    /// Timestamp tokens included.
    public var tokens: [Int]
    public var temperature: Double
    /// Mean natural logarithm of the probabilities of the window's tokens.
    public var averageLogProbability: Float
    /// Probability that the window holds no speech.
    public var noSpeechProbability: Float

    enum CodingKeys: String, CodingKey {
        case id, seek, start, end, text, tokens, temperature
        case averageLogProbability = "avg_logprob"
        case noSpeechProbability = "no_speech_prob"
    }
}

/// Where the time went, in seconds.
public struct TranscriptionTimings: Codable, Sendable, Equatable {
    /// Opening the model; the same for every recording of a batch.
    public var load = 0.0
    /// Reading, resampling and the spectrogram.
    public var features = 0.0
    public var encode = 0.0
    public var decode = 0.0
    /// From the first sample read to the last word written.
    public var total = 0.0

    public init() {}
}
