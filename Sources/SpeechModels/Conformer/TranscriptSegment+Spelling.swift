#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension TranscriptSegment {
    /// A phrase of words that were spelled, at least one.
    ///
    /// - Parameter time: where a frame is in the recording, in seconds, for something that begins or ends there.
    init(
        spelling words: [SpelledWord], id: Int, seek: Int, hasWords: Bool, time: (_ frame: Int, _ isEnd: Bool) -> Double
    ) {
        func rounded(_ frame: Int, isEnd: Bool) -> Double {
            // In hundredths: a frame has four of them.
            (100 * time(frame, isEnd)).rounded() / 100
        }
        func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(max(1, values.count)) }
        let text = words.map { " " + $0.text }.joined()
        let (first, last) = (words[0].frames.lowerBound, words[words.count - 1].frames.upperBound)
        self.init(
            id: id, seek: seek, start: rounded(first, isEnd: false), end: rounded(last, isEnd: true), text: text,
            tokens: words.flatMap(\.tokens), temperature: 0,
            averageLogProbability: mean(words.flatMap(\.logProbabilities)), compressionRatio: CompressionRatio.of(text),
            noSpeechProbability: 0,
            words: hasWords
                ? words.map { word in
                    TranscriptWord(
                        text: " " + word.text, start: rounded(word.frames.lowerBound, isEnd: false),
                        end: rounded(word.frames.upperBound, isEnd: true),
                        probability: expf(mean(word.logProbabilities)))
                } : nil)
    }
}
