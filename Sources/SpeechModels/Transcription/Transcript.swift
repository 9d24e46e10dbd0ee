import Foundation

/// What was said in a recording.
public struct Transcript: Codable, Sendable, Equatable {
    /// All segments' texts, joined.
    public var text: String
    /// ISO 639 code, given or detected.
    public var language: String
    /// Seconds of sound.
    public var duration: Double
    public var segments: [TranscriptSegment]
    /// Parts that were left out or heard again, and why.
    public var decisions: [TranscriptDecision]
    public var timings: TranscriptionTimings

    public init(
        text: String, language: String, duration: Double, segments: [TranscriptSegment],
        decisions: [TranscriptDecision] = [], timings: TranscriptionTimings
    ) {
        self.text = text
        self.language = language
        self.duration = duration
        self.segments = segments
        self.decisions = decisions
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
    /// Bytes of the window's text to bytes under zlib; far above 2 where it repeats itself.
    public var compressionRatio: Float
    /// Probability that the window holds no speech.
    public var noSpeechProbability: Float
    /// Nil unless asked for.
    public var words: [TranscriptWord]?

    enum CodingKeys: String, CodingKey {
        case id, seek, start, end, text, tokens, temperature, words
        case averageLogProbability = "avg_logprob"
        case compressionRatio = "compression_ratio"
        case noSpeechProbability = "no_speech_prob"
    }
}

/// A word with its place in the recording.
public struct TranscriptWord: Codable, Sendable, Equatable {
    /// With the space before it and the punctuation after it: the words of a segment joined are its text.
    public var text: String
    /// Seconds from the beginning of the recording.
    public var start: Double
    /// Seconds from the beginning of the recording.
    public var end: Double
    /// Geometric mean of its tokens' probabilities, those of punctuation at its ends left out.
    public var probability: Float

    public init(text: String, start: Double, end: Double, probability: Float) {
        self.text = text
        self.start = start
        self.end = end
        self.probability = probability
    }

    enum CodingKeys: String, CodingKey {
        case text = "word"
        case start, end, probability
    }
}

/// Why a part of a recording gave no text, or was heard more than once.
public struct TranscriptDecision: Codable, Sendable, Equatable {
    /// Seconds from the beginning of the recording.
    public var start: Double
    /// Seconds from the beginning of the recording.
    public var end: Double
    public var action: Action
    /// Such as "no speech 0.91" or "repeated 4-gram".
    public var reason: String

    public init(start: Double, end: Double, action: Action, reason: String) {
        self.start = start
        self.end = end
        self.action = action
        self.reason = reason
    }

    public enum Action: String, Codable, Sendable {
        /// Not heard by the model at all.
        case skipped
        /// Heard again, at a higher temperature or without what was said before.
        case retried
        /// Heard, and its text thrown away.
        case dropped
    }
}

extension TranscriptDecision: CustomStringConvertible {
    /// `12.40–15.02 s dropped: no speech 0.91`
    public var description: String {
        let times = [start, end].map { String(format: "%.2f", $0) }
        return "\(times[0])–\(times[1]) s \(action.rawValue): \(reason)"
    }
}

/// Where the time went, in seconds.
public struct TranscriptionTimings: Codable, Sendable, Equatable {
    /// Opening the model; the same for every recording of a batch.
    public var load = 0.0
    /// Reading, resampling and the spectrogram.
    public var features = 0.0
    /// Finding where somebody speaks.
    public var voiceActivity = 0.0
    public var encode = 0.0
    public var decode = 0.0
    /// Finding where each word begins and ends.
    public var wordTimes = 0.0
    /// From the first sample read to the last word written.
    public var total = 0.0

    public init() {}

    enum CodingKeys: String, CodingKey {
        case load, features, encode, decode, total
        case voiceActivity = "voice_activity"
        case wordTimes = "word_times"
    }
}
