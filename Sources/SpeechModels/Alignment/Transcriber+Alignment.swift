public import Audio
import Tokenizers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Transcriber {
    /// The decoder reads the given text over one window of sound, and tells by its attention where each word is.
    ///
    /// - Throws: ``AlignmentError/recordingTooLong(source:limit:)`` where the recording does not fit a window.
    public func align(
        _ lines: [String], with audio: AudioStream, options: TranscriptionOptions = TranscriptionOptions(),
        progress: (Double) -> Void = { _ in }, checkCancellation: () throws -> Void = {}
    ) throws -> TextAlignment {
        let clock = ContinuousClock()
        var start = clock.now
        var timings = TranscriptionTimings()
        timings.load = loadTime
        func lap(_ part: WritableKeyPath<TranscriptionTimings, Double>) {
            timings[keyPath: part] += (clock.now - start).seconds
            timings.total += (clock.now - start).seconds
            start = clock.now
        }
        let source = audio.source.description
        let numbers = lines.indices.filter { lines[$0].contains { $0.isLetter || $0.isNumber } }
        guard !numbers.isEmpty else { throw AlignmentError.noWords(source: source) }
        let tokens = decoder.vocabulary.tokens
        let phrases = try numbers.map { number in
            try tokens.tokenizer.encode(
                " " + lines[number].split(whereSeparator: \.isWhitespace).joined(separator: " ")
            ).filter { !tokens.isSpecial($0) }
        }
        let hop = spectrogram.configuration.hop
        let capacity = configuration.framesPerWindow * hop
        let samples = try audio.read(count: capacity + 1)
        let seconds = Double(samples.count) / Double(Self.sampleRate)
        guard !samples.isEmpty else { throw SpeechModelError.noSamples(source: source) }
        guard samples.count <= capacity else {
            throw AlignmentError.recordingTooLong(source: source, limit: Double(capacity) / Double(Self.sampleRate))
        }
        // The encoder makes one position of two frames; nobody says more tokens than that.
        let (positions, needed) = (samples.count / hop / 2, phrases.reduce(0) { $0 + $1.count })
        guard positions >= needed else {
            throw AlignmentError.textTooLong(source: source, seconds: seconds, frames: positions, needed: needed)
        }
        let features = spectrogram(samples, frames: configuration.framesPerWindow)
        lap(\.features)
        try checkCancellation()
        let encoded = decoder.encode(features)
        lap(\.encode)
        try checkCancellation()
        let language = try languageCode(for: options) ?? decoder.detectLanguage(encoded)
        lap(\.decode)
        let words = try decoder.words(
            of: phrases, source: encoded, language: language, task: .transcribe, windowDuration: seconds,
            silences: WindowSilences.find(in: samples))
        lap(\.wordTimes)
        progress(seconds)
        let segments = words.indices.map { index in
            let logarithms = words[index].map { max(logf($0.probability), TextAlignment.leastLogProbability) }
            return TranscriptSegment(
                aligning: words[index], id: index, tokens: phrases[index],
                averageLogProbability: logarithms.isEmpty
                    ? TextAlignment.leastLogProbability : logarithms.reduce(0, +) / Float(logarithms.count))
        }
        return TextAlignment(
            segments, lines: numbers, unspelled: [], language: language, duration: seconds, timings: timings)
    }
}
