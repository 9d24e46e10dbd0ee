/// What to transcribe and how.
public struct TranscriptionOptions: Sendable, Equatable {
    /// ISO 639 code or English name; nil lets a multilingual model detect it in the first window.
    public var language: String?
    public var task = Task.transcribe
    /// Whether the model tells where each phrase begins and ends; without, each window is one segment.
    public var usesTimestamps = true
    /// Whether each segment tells where its words begin and end.
    public var findsWordTimes = false

    /// Whether silences are found by a voice-activity detector and left out.
    public var detectsVoiceActivity = true
    public var voiceActivity = VoiceActivitySettings()

    /// Words that the recording is expected to hold, or the style to write in, as if they had been said before it.
    public var prompt: String?
    /// Whether ``prompt`` goes before every window instead of the first only.
    public var carriesPrompt = false
    /// Whether each window is read in the light of what was said before.
    public var conditionsOnPreviousText = true

    public var search = Search()
    /// A window is decoded with the first of these; with the next where the result cannot be trusted.
    public var temperatures: [Float] = [0, 0.2, 0.4, 0.6, 0.8, 1]
    /// A text that shrinks more than this under zlib repeats itself.
    public var compressionRatioThreshold: Float = 2.4
    /// A mean log-probability below this makes a result doubtful.
    public var logProbabilityThreshold: Float = -1
    /// A window whose probability of silence exceeds this is dropped, unless its words are likely enough.
    public var noSpeechThreshold: Float = 0.6
    /// Tokens never to be written; nil leaves the choice to the model's own list.
    public var suppressedTokens: [Int]?
    /// Where the random numbers of sampling begin.
    public var seed: UInt64 = 0

    public init() {}

    public enum Task: String, Sendable, CaseIterable {
        /// Write what is said, in the language in which it is said.
        case transcribe
        /// Write it in English; multilingual models only.
        case translate
    }

    /// How the most probable text is looked for.
    public struct Search: Sendable, Equatable {
        /// Hypotheses that are followed at once at temperature 0; 1 takes the best token at each step.
        public var beamSize = 5
        /// The search ends when ``beamSize`` times this many hypotheses are complete (Kasai et al. 2022).
        public var patience: Float = 1
        /// Hypotheses are compared by log-probability over ((5 + length) / 6) to this power (Wu et al. 2016); nil: over
        /// the length itself.
        public var lengthPenalty: Float?
        /// Samples drawn at a temperature above 0, of which the most probable is kept.
        public var sampleCount = 5

        public init() {}

        /// The best token at each step: faster, with somewhat more errors.
        public static let greedy: Search = {
            var search = Search()
            search.beamSize = 1
            return search
        }()
    }
}
