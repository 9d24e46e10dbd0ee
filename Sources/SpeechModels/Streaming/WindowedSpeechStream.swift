import Audio

/// A stream for models that hear whole recordings: a detector of speech finds lines, and each is heard from its beginning again
/// every second or so while it goes on, and once more when it has ended.
///
/// That costs as much as so many recordings; what a model says of an unfinished line may change altogether.
struct WindowedSpeechStream: SpeechStream {
    /// Transcribes what is given, a window at most.
    private let transcribe: (AudioStream, TranscriptionOptions) throws -> Transcript
    private let options: TranscriptionOptions
    private let settings: SpeechStreamSettings
    private var activity: any VoiceActivityStream

    /// Samples from `bufferStart` on, counted from the beginning.
    private var buffer: [Float] = []
    private var bufferStart = 0
    private var sampleCount = 0
    private var judgedCount = 0
    private var speech: Speech?
    private var lineCount = 0

    /// A line that has begun, by its places among all samples.
    private struct Speech {
        var start: Int
        var end: Int
        var length = 0
        var shownUpTo: Int
        var hasShown = false
    }

    let chunkDuration: Double? = nil

    private static let rate = Transcriber.sampleRate
    /// Samples before and after speech that are heard with it.
    private static let padding = rate * 3 / 10
    /// A line that no pause ends does so before it fills a window.
    private static let longestLine = 28 * rate
    private static let leastSpeech = rate / 5

    init(
        detector: any VoiceActivityDetector, options: TranscriptionOptions, settings: SpeechStreamSettings,
        transcribe: @escaping (AudioStream, TranscriptionOptions) throws -> Transcript
    ) {
        (self.settings, self.transcribe) = (settings, transcribe)
        var options = options
        // What is heard has no silences to leave out.
        options.detectsVoiceActivity = false
        self.options = options
        activity = detector.makeStream()
    }

    var duration: Double { Double(sampleCount) / Double(Self.rate) }

    mutating func append(_ samples: [Float]) throws -> [SpeechEvent] {
        var events: [SpeechEvent] = []
        buffer += samples
        sampleCount += samples.count
        for probability in activity.probabilities(appending: samples) { try judge(probability, &events) }
        try showPartial(&events)
        return events
    }

    mutating func finish() throws -> [SpeechEvent] {
        var events: [SpeechEvent] = []
        for probability in activity.finish() { try judge(probability, &events) }
        if let speech { try end(speech, &events) }
        return events
    }

    private mutating func judge(_ probability: Float, _ events: inout [SpeechEvent]) throws {
        let start = judgedCount
        judgedCount += VoiceActivity.frameSize
        let threshold = options.voiceActivity.threshold
        guard var current = speech else {
            if probability.isNaN || probability >= threshold {
                let first = max(bufferStart, start - Self.padding)
                speech = Speech(start: first, end: judgedCount, length: VoiceActivity.frameSize, shownUpTo: first)
            } else {
                drop(before: start - Self.padding)
            }
            return
        }
        if probability.isNaN || probability >= threshold - 0.15 {
            current.end = judgedCount
            current.length += VoiceActivity.frameSize
        }
        speech = current
        if Double(judgedCount - current.end) >= settings.pause * Double(Self.rate) {
            try end(current, &events)
        } else if judgedCount - current.start >= Self.longestLine {
            try divide(current, &events)
        }
    }

    private mutating func end(_ line: Speech, _ events: inout [SpeechEvent]) throws {
        let last = min(sampleCount, line.end + Self.padding)
        if line.length >= Self.leastSpeech {
            try addLines(line.start..<last, hasShown: line.hasShown, &events)
        } else if line.hasShown {
            events.append(.partial(nothing))
        }
        speech = nil
        drop(before: last)
    }

    /// Ends the line at its quietest place, and goes on with the rest.
    private mutating func divide(_ line: Speech, _ events: inout [SpeechEvent]) throws {
        let heard = Array(buffer[(line.start - bufferStart)..<(judgedCount - bufferStart)])
        let place = line.start + CTCTranscriber.quietestPlace(in: heard, capacity: heard.count)
        try addLines(line.start..<place, hasShown: line.hasShown, &events)
        speech = Speech(
            start: place, end: max(line.end, place), length: max(0, line.end - place), shownUpTo: place)
        drop(before: place)
    }

    private mutating func addLines(_ range: Range<Int>, hasShown: Bool, _ events: inout [SpeechEvent]) throws {
        let segments = try hear(range, options)
        if segments.isEmpty, hasShown { events.append(.partial(nothing)) }
        for var segment in segments {
            segment.id = lineCount
            lineCount += 1
            events.append(.final(segment))
        }
    }

    /// Hears the line that goes on, where enough has come since the last time.
    private mutating func showPartial(_ events: inout [SpeechEvent]) throws {
        guard var line = speech, line.length >= Self.leastSpeech,
            Double(judgedCount - line.shownUpTo) >= settings.partialInterval * Double(Self.rate)
        else { return }
        var quick = options
        quick.search = .greedy
        quick.temperatures = [0]
        quick.findsWordTimes = false
        let segments = try hear(line.start..<judgedCount, quick)
        line.shownUpTo = judgedCount
        if let first = segments.first, let last = segments.last {
            var whole = first
            whole.id = lineCount
            whole.text = segments.map(\.text).joined()
            whole.tokens = segments.flatMap(\.tokens)
            whole.end = last.end
            line.hasShown = true
            events.append(.partial(whole))
        }
        speech = line
    }

    private func hear(_ range: Range<Int>, _ options: TranscriptionOptions) throws -> [TranscriptSegment] {
        let samples = Array(buffer[(range.lowerBound - bufferStart)..<(range.upperBound - bufferStart)])
        guard !samples.isEmpty else { return [] }
        let start = Double(range.lowerBound) / Double(Self.rate)
        let audio = AudioStream(samples: samples, sampleRate: Self.rate, source: .standardInput)
        return try transcribe(audio, options).segments.map { $0.moved(by: start) }
    }

    private var nothing: TranscriptSegment {
        TranscriptSegment(aligning: [], id: lineCount, tokens: [], averageLogProbability: 0)
    }

    private mutating func drop(before position: Int) {
        let count = min(buffer.count, position - bufferStart)
        guard count > 0 else { return }
        buffer.removeFirst(count)
        bufferStart += count
    }
}

extension TranscriptSegment {
    /// The same so many seconds later.
    func moved(by seconds: Double) -> TranscriptSegment {
        var moved = self
        moved.start += seconds
        moved.end += seconds
        moved.seek += Int((100 * seconds).rounded())
        moved.words = words?.map { word in
            TranscriptWord(
                text: word.text, start: word.start + seconds, end: word.end + seconds, probability: word.probability)
        }
        return moved
    }
}
