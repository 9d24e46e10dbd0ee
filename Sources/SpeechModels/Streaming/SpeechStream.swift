/// What is understood of sound that is still being spoken.
public enum SpeechEvent: Sendable, Equatable {
    /// A line that goes on, as far as it is understood; it takes the place of what was said of the line before. Its text is
    /// empty where nothing is left of that.
    case partial(TranscriptSegment)
    /// A line that is done.
    case final(TranscriptSegment)
}

/// Writes down what is said while it comes. Memory does not grow with the sound.
public protocol SpeechStream {
    /// Seconds of sound that are heard together before anything is said of them; nil where the model needs the whole line,
    /// which is then heard again and again.
    var chunkDuration: Double? { get }
    /// Seconds of sound that came.
    var duration: Double { get }

    /// What the next samples make understood, in the order of time.
    ///
    /// - Parameter samples: at ``Transcriber/sampleRate``; pieces of any size give the same lines.
    mutating func append(_ samples: [Float]) throws -> [SpeechEvent]

    /// The lines that are left, at the end of the sound.
    mutating func finish() throws -> [SpeechEvent]
}

/// When lines of a stream end.
public struct SpeechStreamSettings: Sendable, Equatable {
    /// Seconds without speech that end a line.
    public var pause = 0.8
    /// Seconds between partial results of models that hear whole lines.
    public var partialInterval = 1.0

    public init() {}
}
