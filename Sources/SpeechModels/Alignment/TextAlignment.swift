#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// When each word of a known text is spoken in a recording.
public struct TextAlignment: Sendable {
    /// A segment for each line that has words; probabilities tell how well the sound fits the words.
    public let transcript: Transcript
    /// Of each segment the number of its line, from 0.
    public let lines: [Int]
    /// Words with characters that the model cannot write, for which any sound was taken.
    public let unspelled: [UnspelledWord]

    public struct UnspelledWord: Sendable, Equatable {
        /// From 0.
        public let line: Int
        public let word: String
        /// Each once.
        public let characters: [String]
    }

    /// Stands for the logarithm of a probability that is not known or too small to matter.
    static let leastLogProbability: Float = -100

    init(
        _ segments: [TranscriptSegment], lines: [Int], unspelled: [UnspelledWord], language: String, duration: Double,
        timings: TranscriptionTimings
    ) {
        (self.lines, self.unspelled) = (lines, unspelled)
        transcript = Transcript(
            text: segments.map(\.text).joined().trimmed(), language: language, duration: duration, segments: segments,
            timings: timings)
    }
}

extension TranscriptSegment {
    /// A line of a text that was given: nothing was decoded for it.
    init(aligning words: [TranscriptWord], id: Int, tokens: [Int], averageLogProbability: Float) {
        let text = words.map(\.text).joined()
        self.init(
            id: id, seek: 0, start: words.first?.start ?? 0, end: words.last?.end ?? 0, text: text, tokens: tokens,
            temperature: 0, averageLogProbability: averageLogProbability, compressionRatio: CompressionRatio.of(text),
            noSpeechProbability: 0, words: words)
    }

    /// How well the sound fits the text, from 0 to 1: the geometric mean of its tokens' probabilities.
    public var confidence: Double { exp(Double(averageLogProbability)) }
}

extension Transcript {
    /// The same with each word a segment of its own.
    public var byWord: Transcript {
        var result = self
        result.segments = segments.flatMap { segment in
            (segment.words ?? []).map { word in
                TranscriptSegment(
                    aligning: [word], id: 0, tokens: [],
                    averageLogProbability: max(logf(word.probability), TextAlignment.leastLogProbability))
            }
        }
        for index in result.segments.indices { result.segments[index].id = index }
        return result
    }
}
