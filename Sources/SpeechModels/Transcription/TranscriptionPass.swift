import Audio
import Tensors
import Tokenizers

/// One recording on its way through a transcriber: the window that is being heard and what was understood so far.
struct TranscriptionPass {
    private let transcriber: Transcriber
    private let audio: AudioStream
    private let options: TranscriptionOptions
    private let clock = ContinuousClock()

    /// Samples of the present window, read but not yet transcribed.
    private var window: [Float] = []
    /// Samples before the present window.
    private var position = 0
    private var segments: [TranscriptSegment] = []
    private var timings = TranscriptionTimings()

    /// Nobody says a word in less (0.15 s), and models invent one for what remains at the end of a recording.
    private static let shortestWord = Transcriber.sampleRate * 3 / 20
    /// Below this peak a window holds nothing that anybody could hear (-70 dB of full scale).
    private static let audibleAmplitude: Float = 3.2e-4

    init(transcriber: Transcriber, audio: AudioStream, options: TranscriptionOptions) {
        self.transcriber = transcriber
        self.audio = audio
        self.options = options
    }

    mutating func run(
        emit: (Transcriber.Event) -> Void, checkCancellation: () throws -> Void
    ) throws {
        let start = clock.now
        let decoder = transcriber.decoder
        timings.load = transcriber.loadTime
        var language = try transcriber.languageCode(for: options)
        while true {
            try checkCancellation()
            try fillWindow()
            if window.isEmpty { break }
            if mayHoldWords {
                let source = encodeWindow()
                try checkCancellation()
                let code = try language ?? measured(\.decode) { try decoder.detectLanguage(source) }
                language = code
                let consumed = try transcribeWindow(
                    source, language: code, emit: emit, checkCancellation: checkCancellation)
                advance(by: consumed)
            } else {
                advance(by: window.count)
            }
            emit(.progress(Double(position) / Double(Transcriber.sampleRate)))
        }
        guard position > 0 else { throw SpeechModelError.noSamples(source: audio.source.description) }
        timings.total = (clock.now - start).seconds
        emit(.finished(transcript(language: language)))
    }

    // MARK: Sound

    private mutating func fillWindow() throws {
        let capacity = transcriber.configuration.framesPerWindow * transcriber.spectrogram.configuration.hop
        let missing = capacity - window.count
        guard missing > 0 else { return }
        let audio = audio
        window += try measured(\.features) { try audio.read(count: missing) }
    }

    private var mayHoldWords: Bool {
        window.count >= Self.shortestWord && window.contains { abs($0) > Self.audibleAmplitude }
    }

    private mutating func advance(by count: Int) {
        window.removeFirst(count)
        position += count
    }

    private mutating func encodeWindow() -> WhisperSource {
        let (transcriber, window) = (transcriber, window)
        let features = measured(\.features) {
            transcriber.spectrogram(window, frames: transcriber.configuration.framesPerWindow)
        }
        return measured(\.encode) { transcriber.decoder.encode(features) }
    }

    // MARK: Text

    /// Decodes the present window and emits its segments.
    ///
    /// - Returns: how many samples are done with; the next window begins after the last finished phrase.
    private mutating func transcribeWindow(
        _ source: WhisperSource, language: String, emit: (Transcriber.Event) -> Void,
        checkCancellation: () throws -> Void
    ) throws -> Int {
        let decoder = transcriber.decoder
        let request = WhisperWindowDecoder.Request(
            language: language, task: options.task, usesTimestamps: options.usesTimestamps)
        let found = try measured(\.decode) {
            try decoder.decode(source, request, checkCancellation: checkCancellation)
        }
        if found.noSpeechProbability > options.noSpeechThreshold,
            found.averageLogProbability < options.logProbabilityThreshold
        {
            return window.count
        }
        let rate = Double(Transcriber.sampleRate)
        // Told to give no times, a model may still let a timestamp slip in; it means nothing then.
        let time = options.usesTimestamps ? decoder.vocabulary.tokens.seconds(of:) : { _ in nil }
        let segmentation = WhisperSegmentation(
            tokens: found.tokens, windowDuration: Double(window.count) / rate,
            time: time)
        let offset = Double(position) / rate
        for phrase in segmentation.phrases {
            let text = decoder.vocabulary.tokens.decode(phrase.tokens)
            guard text.contains(where: { !$0.isWhitespace }) else { continue }
            let segment = TranscriptSegment(
                id: segments.count, seek: position / transcriber.spectrogram.configuration.hop,
                start: offset + phrase.start, end: offset + phrase.end, text: text,
                tokens: phrase.tokens, temperature: 0, averageLogProbability: found.averageLogProbability,
                compressionRatio: CompressionRatio.of(text), noSpeechProbability: found.noSpeechProbability)
            segments.append(segment)
            emit(.segment(segment))
        }
        return min(window.count, max(1, Int((segmentation.consumed * rate).rounded())))
    }

    private func transcript(language: String?) -> Transcript {
        Transcript(
            text: segments.map(\.text).joined().trimmed(), language: language ?? "en",
            duration: Double(position) / Double(Transcriber.sampleRate), segments: segments, timings: timings)
    }

    private mutating func measured<Result>(
        _ part: WritableKeyPath<TranscriptionTimings, Double>, _ body: () throws -> Result
    ) rethrows -> Result {
        let start = clock.now
        defer { timings[keyPath: part] += (clock.now - start).seconds }
        return try body()
    }
}

extension String {
    /// Without white space at either end.
    func trimmed() -> String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
