public import Decoding
public import Grammars

/// What is to be written and how.
public struct GenerationOptions: Sendable, Equatable {
    public var sampling: SamplingSettings
    /// At most so many tokens; fewer where the context is full.
    public var maximumCount = 256
    /// The text ends before the first of these.
    public var stopStrings: [String] = []
    /// Whether the text ends where the model says so.
    public var stopsAtEndToken = true
    /// Tokens that end a text beside those of the model.
    public var endTokens: Set<Int> = []
    /// What the text has to match, to its last character. Nothing is given out before the text is whole, and one that is
    /// not is an error (``TextModelError/unfinishedText(_:)``).
    public var grammar: Grammar?
    /// Where the random numbers begin: the same prompt, options and seed give the same text.
    public var seed: UInt64 = 0
    /// Which of several independent texts from one seed is written.
    public var stream = 0
    /// Whether it is told how probable each token was, and how many of the most probable ones beside it.
    public var logProbabilityCount: Int?
    /// Whether a prompt that is too long loses its beginning instead of being an error.
    public var truncatesPrompt = false

    public init(sampling: SamplingSettings = SamplingSettings()) { self.sampling = sampling }
}
