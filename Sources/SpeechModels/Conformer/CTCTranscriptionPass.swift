import Audio
import Decoding
import Tokenizers

/// One recording on its way through a ``CTCTranscriber``, window by window.
struct CTCTranscriptionPass {
    private let transcriber: CTCTranscriber
    private let options: TranscriptionOptions
    private let source: AudioSource
    private let clock = ContinuousClock()
    private var sound: SpokenSound
    private var segments: [TranscriptSegment] = []
    private var decisions: [TranscriptDecision] = []
    private var timings = TranscriptionTimings()

    private var windowCapacity: Int { transcriber.windowCapacity }
    private var windowSeconds: Double { Double(windowCapacity) / Double(Transcriber.sampleRate) }
    /// Seconds of silence between words that end a phrase.
    private static let phrasePause = 0.6

    init(transcriber: CTCTranscriber, audio: AudioStream, options: TranscriptionOptions) {
        (self.transcriber, self.options) = (transcriber, options)
        source = audio.source
        // A model that spells writes nothing over silence: what fits a window is heard as it is.
        let capacity = Double(transcriber.windowCapacity) / Double(Transcriber.sampleRate)
        let isLong = audio.durationHint.map { $0 > capacity } ?? true
        let segmenter =
            options.detectsVoiceActivity && isLong
            ? VoiceActivitySegmenter(
                stream: transcriber.voiceActivityDetector.makeStream(), settings: options.voiceActivity) : nil
        sound = SpokenSound(audio, segmenter: segmenter)
    }

    mutating func run(emit: (RecognitionEvent) -> Void, checkCancellation: () throws -> Void) throws {
        let start = clock.now
        timings.load = transcriber.loadTime
        while true {
            try checkCancellation()
            try fill(emit, checkCancellation)
            if sound.window.isEmpty { break }
            let count = windowLength
            try hear(count, emit)
            sound.advance(by: count)
            emit(.progress(sound.window.isEmpty ? duration : sound.time(of: 0, isEnd: false)))
        }
        guard sound.readCount > 0 else { throw SpeechModelError.noSamples(source: source.description) }
        timings.total = (clock.now - start).seconds
        emit(.finished(transcript))
    }

    private var frameSeconds: Double { transcriber.frameSeconds }

    private var duration: Double { Double(sound.readCount) / Double(Transcriber.sampleRate) }

    private var transcript: Transcript {
        Transcript(
            text: segments.map(\.text).joined().trimmed(), language: "", duration: duration, segments: segments,
            decisions: decisions, timings: timings)
    }

    // MARK: Sound

    private mutating func fill(_ emit: (RecognitionEvent) -> Void, _ checkCancellation: () throws -> Void) throws {
        let start = clock.now
        let before = sound.listeningTime
        var skipped: [TranscriptDecision] = []
        // One sample more tells whether the recording goes on.
        try sound.fill(to: windowCapacity + 1, checkCancellation: checkCancellation) { silence in
            skipped.append(TranscriptDecision(skipping: silence))
        }
        timings.voiceActivity += sound.listeningTime - before
        timings.features += (clock.now - start).seconds - (sound.listeningTime - before)
        decisions += skipped
        for decision in skipped { emit(.decision(decision)) }
    }

    /// Samples of the window that are heard now: all, or up to a pause.
    private var windowLength: Int {
        guard sound.window.count > windowCapacity else { return sound.window.count }
        let capacity = windowCapacity
        if let join = sound.joins(within: capacity).last(where: { $0 > windowSeconds / 2 }) {
            return min(capacity, Int((join * Double(Transcriber.sampleRate)).rounded()))
        }
        return CTCTranscriber.quietestPlace(in: sound.window, capacity: capacity)
    }

    // MARK: Words

    private mutating func hear(_ count: Int, _ emit: (RecognitionEvent) -> Void) throws {
        guard count >= transcriber.spectrogram.configuration.hop else { return }
        var start = clock.now
        let features = transcriber.spectrogram(sound.window.prefix(count) + transcriber.tail)
        timings.features += (clock.now - start).seconds
        start = clock.now
        let logProbabilities = try transcriber.logProbabilities(of: features)
        timings.encode += (clock.now - start).seconds
        start = clock.now
        let tokens = try transcriber.tokens(logProbabilities, beamSize: options.search.beamSize)
        let words = SpelledWord.words(of: tokens, transcriber.tokenizer)
        timings.decode += (clock.now - start).seconds
        for phrase in phrases(of: words, within: count) {
            let segment = segment(phrase)
            segments.append(segment)
            emit(.segment(segment))
        }
    }

    /// Words that follow each other without a pause.
    private func phrases(of words: [SpelledWord], within count: Int) -> [[SpelledWord]] {
        let joins = sound.joins(within: count)
        var phrases: [[SpelledWord]] = []
        for word in words {
            let start = Double(word.frames.lowerBound) * frameSeconds
            if let end = phrases.last?.last.map({ Double($0.frames.upperBound) * frameSeconds }),
                start - end < Self.phrasePause, !joins.contains(where: { $0 >= end && $0 <= start })
            {
                phrases[phrases.count - 1].append(word)
            } else {
                phrases.append([word])
            }
        }
        return phrases
    }

    private func segment(_ words: [SpelledWord]) -> TranscriptSegment {
        TranscriptSegment(
            spelling: words, id: segments.count, seek: Int(sound.time(of: 0, isEnd: false) * 100),
            hasWords: options.findsWordTimes
        ) { frame, isEnd in
            min(duration, sound.time(of: Double(frame) * frameSeconds, isEnd: isEnd))
        }
    }
}
