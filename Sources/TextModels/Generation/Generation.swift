/// A text that a model has written.
public struct Generation: Codable, Sendable, Equatable {
    /// What was written, without the prompt and without a stop string.
    public var text: String
    /// What was generated, the token that ended the text not among them.
    public var tokens: [Int]
    public var finish: Finish
    /// Tokens that the model was given, special ones included.
    public var promptTokenCount: Int
    /// Tokens among those that the model had read before, so that they did not go through it again.
    public var cachedPromptTokenCount = 0
    /// Tokens of the prompt that were left out because the context could not hold them.
    public var droppedPromptTokenCount: Int
    public var seed: UInt64
    /// Which of several texts from one seed this is, from 0.
    public var stream = 0
    /// How probable each of ``tokens`` was; empty unless they were asked for.
    public var logProbabilities: [TokenProbability] = []
    public var timings: GenerationTimings

    /// Why it ends where it does.
    public enum Finish: String, Codable, Sendable {
        /// The model wrote its end token.
        case endToken = "end"
        /// A stop string came.
        case stopString = "stop"
        /// As many tokens as were asked for.
        case maximumCount = "length"
        /// The context is full.
        case fullContext = "context"
        /// The grammar that it was held to allows nothing more.
        case grammar = "grammar"
    }

    enum CodingKeys: String, CodingKey {
        case text, tokens, finish, seed, timings
        case stream = "index"
        case logProbabilities = "log_probabilities"
        case promptTokenCount = "prompt_tokens"
        case cachedPromptTokenCount = "cached_prompt_tokens"
        case droppedPromptTokenCount = "dropped_prompt_tokens"
    }
}

/// Where the time went, in seconds.
public struct GenerationTimings: Codable, Sendable, Equatable {
    /// Opening the model.
    public var load = 0.0
    /// Reading the prompt.
    public var prompt = 0.0
    /// Writing all tokens.
    public var generation = 0.0

    public init() {}
}
