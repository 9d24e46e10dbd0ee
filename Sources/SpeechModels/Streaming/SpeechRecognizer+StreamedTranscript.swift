public import Audio

extension SpeechRecognizer {
    /// What a stream makes of a recording: its finished lines.
    ///
    /// - Parameter checkCancellation: called before each second of sound.
    public func streamedTranscript(
        of audio: AudioStream, options: TranscriptionOptions = TranscriptionOptions(),
        settings: SpeechStreamSettings = SpeechStreamSettings(), checkCancellation: () throws -> Void = {}
    ) throws -> Transcript {
        let clock = ContinuousClock()
        let start = clock.now
        var settings = settings
        // Nobody sees unfinished lines.
        settings.partialInterval = .infinity
        var stream = makeStream(options: options, settings: settings)
        var segments: [TranscriptSegment] = []
        func take(_ events: [SpeechEvent]) {
            for case .final(let segment) in events { segments.append(segment) }
        }
        while true {
            try checkCancellation()
            let samples = try audio.read(count: Transcriber.sampleRate)
            if samples.isEmpty { break }
            take(try stream.append(samples))
        }
        take(try stream.finish())
        guard stream.duration > 0 else { throw SpeechModelError.noSamples(source: audio.source.description) }
        var timings = TranscriptionTimings()
        (timings.load, timings.total) = (loadTime, (clock.now - start).seconds)
        return Transcript(
            text: segments.map(\.text).joined().trimmed(), language: try languageCode(for: options) ?? "",
            duration: stream.duration, segments: segments, timings: timings)
    }
}
