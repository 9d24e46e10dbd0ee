import Audio
import Decoding
import Tensors
import Tokenizers

/// One recording on its way through a transcriber: the window that is being heard and what was understood so far.
struct TranscriptionPass {
    private let transcriber: Transcriber
    private let source: AudioSource
    private let options: TranscriptionOptions
    private let trust: WhisperTrust
    private let clock = ContinuousClock()

    private var sound: SpokenSound
    private var context: TranscriptionContext
    private var segments: [TranscriptSegment] = []
    private var decisions: [TranscriptDecision] = []
    private var timings = TranscriptionTimings()
    private var windowCount: UInt64 = 0

    /// Nobody says a word in less (0.15 s), and models invent one for what remains at the end of a recording.
    private static let shortestWord = Transcriber.sampleRate * 3 / 20
    /// Below this peak a window holds nothing that anybody could hear (-70 dB of full scale).
    private static let audibleAmplitude: Float = 3.2e-4

    init(transcriber: Transcriber, audio: AudioStream, options: TranscriptionOptions) throws {
        self.transcriber = transcriber
        self.options = options
        source = audio.source
        trust = WhisperTrust(decoder: transcriber.decoder, options: options)
        let segmenter =
            options.detectsVoiceActivity
            ? VoiceActivitySegmenter(
                stream: transcriber.voiceActivityDetector.makeStream(), settings: options.voiceActivity)
            : nil
        sound = SpokenSound(audio, segmenter: segmenter)
        let tokens = transcriber.decoder.vocabulary.tokens
        // A prompt is words; a control token written out in one would make the model do something else.
        let prompt = try options.prompt.map { try tokens.tokenizer.encode(" " + $0.trimmed()) }?
            .filter { !tokens.isSpecial($0) }
        context = TranscriptionContext(
            prompt: options.prompt?.trimmed().isEmpty == false ? prompt : nil, carriesPrompt: options.carriesPrompt,
            capacity: transcriber.decoder.previousCapacity)
    }

    mutating func run(
        emit: (Transcriber.Event) -> Void, checkCancellation: () throws -> Void
    ) throws {
        let start = clock.now
        timings.load = transcriber.loadTime
        var language = try transcriber.languageCode(for: options)
        while true {
            try checkCancellation()
            try fillWindow(emit: emit, checkCancellation)
            if sound.window.isEmpty { break }
            if mayHoldWords {
                let encoded = encodeWindow()
                try checkCancellation()
                let decoder = transcriber.decoder
                let code = try language ?? measured(\.decode) { try decoder.detectLanguage(encoded) }
                language = code
                let consumed = try transcribeWindow(
                    encoded, language: code, emit: emit, checkCancellation: checkCancellation)
                sound.advance(by: consumed)
            } else {
                sound.advance(by: sound.window.count)
            }
            emit(.progress(sound.window.isEmpty ? duration : sound.time(of: 0, isEnd: false)))
        }
        guard sound.readCount > 0 else { throw SpeechModelError.noSamples(source: source.description) }
        timings.total = (clock.now - start).seconds
        emit(.finished(transcript(language: language)))
    }

    private var duration: Double { Double(sound.readCount) / Double(Transcriber.sampleRate) }

    // MARK: Sound

    private var windowCapacity: Int {
        transcriber.configuration.framesPerWindow * transcriber.spectrogram.configuration.hop
    }

    private mutating func fillWindow(
        emit: (Transcriber.Event) -> Void, _ checkCancellation: () throws -> Void
    ) throws {
        let capacity = windowCapacity
        var sound = sound
        var skipped: [TranscriptDecision] = []
        let before = sound.listeningTime
        try measured(\.features) {
            try sound.fill(to: capacity, checkCancellation: checkCancellation) { silence in
                skipped.append(TranscriptDecision(skipping: silence))
            }
        }
        timings.voiceActivity += sound.listeningTime - before
        timings.features -= sound.listeningTime - before
        self.sound = sound
        for decision in skipped { note(decision, emit) }
    }

    private var mayHoldWords: Bool {
        sound.window.count >= Self.shortestWord && sound.window.contains { abs($0) > Self.audibleAmplitude }
    }

    private mutating func encodeWindow() -> WhisperSource {
        let (transcriber, window) = (transcriber, sound.window.prefix(windowCapacity))
        let features = measured(\.features) {
            transcriber.spectrogram(Array(window), frames: transcriber.configuration.framesPerWindow)
        }
        return measured(\.encode) { transcriber.decoder.encode(features) }
    }

    // MARK: Text

    /// Decodes the present window and emits its segments.
    ///
    /// - Returns: how many samples are done with; the next window begins after the last finished phrase.
    private mutating func transcribeWindow(
        _ encoded: WhisperSource, language: String, emit: (Transcriber.Event) -> Void,
        checkCancellation: () throws -> Void
    ) throws -> Int {
        let rate = Double(Transcriber.sampleRate)
        let sampleCount = min(sound.window.count, windowCapacity)
        let windowDuration = Double(sampleCount) / rate
        let request = WhisperWindowDecoder.Request(
            language: language, task: options.task, usesTimestamps: options.usesTimestamps,
            previous: context.previous, suppressedTokens: options.suppressedTokens, search: options.search,
            random: RandomSource(seed: options.seed).split(windowCount))
        windowCount += 1
        let (trust, recent) = (trust, context.recentText)
        let outcome = try measured(\.decode) {
            try trust.decode(
                encoded, request, recent: recent, duration: windowDuration, checkCancellation: checkCancellation)
        }
        for (action, reason) in outcome.decisions {
            note(
                TranscriptDecision(
                    start: sound.time(of: 0, isEnd: false), end: sound.time(of: windowDuration, isEnd: true),
                    action: action, reason: reason), emit)
        }
        defer {
            if outcome.forgetsContext || !options.conditionsOnPreviousText { context.forget() }
        }
        guard let found = outcome.result else { return sampleCount }
        let vocabulary = transcriber.decoder.vocabulary
        // Told to give no times, a model may still let a timestamp slip in; it means nothing then.
        let time = options.usesTimestamps ? vocabulary.tokens.seconds(of:) : { _ in nil }
        let segmentation = WhisperSegmentation(tokens: found.tokens, windowDuration: windowDuration, time: time)
        var phrases: [WindowPhrase] = []
        for phrase in segmentation.phrases {
            let text = vocabulary.tokens.decode(phrase.tokens)
            guard text.contains(where: { !$0.isWhitespace }), isSpoken(phrase, emit) else { continue }
            phrases.append(WindowPhrase(start: phrase.start, end: phrase.end, tokens: phrase.tokens, text: text))
        }
        for phrase in try withWords(phrases, of: encoded, language: language, sampleCount: sampleCount) {
            add(phrase, of: found, emit)
        }
        let consumed = min(sampleCount, max(1, Int((segmentation.consumed * rate).rounded())))
        // After a loop the rest is heard again from another place, unless that place is where the loop came from.
        return outcome.isCut && consumed < Self.shortestStepAfterLoop ? sampleCount : consumed
    }

    private static let shortestStepAfterLoop = 5 * Transcriber.sampleRate

    /// The phrases with the times of their words, where these are wanted or needed: a phrase over a silence that was left
    /// out is two.
    private mutating func withWords(
        _ phrases: [WindowPhrase], of encoded: WhisperSource, language: String, sampleCount: Int
    ) throws -> [WindowPhrase] {
        let joins = sound.joins(within: sampleCount)
        let spansJoin = phrases.contains { phrase in joins.contains { $0 > phrase.start && $0 < phrase.end } }
        guard !phrases.isEmpty, options.findsWordTimes || spansJoin else { return phrases }
        let (decoder, task, sound) = (transcriber.decoder, options.task, sound)
        let tokens = decoder.vocabulary.tokens
        let silences = measured(\.wordTimes) {
            WindowSilences.find(
                in: Array(sound.window.prefix(sampleCount)),
                speechProbabilities: sound.probabilities(within: sampleCount))
        }
        let words = try measured(\.wordTimes) {
            try decoder.words(
                of: phrases.map { $0.tokens.filter { tokens.seconds(of: $0) == nil } }, source: encoded,
                language: language, task: task,
                windowDuration: Double(sampleCount) / Double(Transcriber.sampleRate),
                silences: silences)
        }
        return zip(phrases, words).flatMap { phrase, words in
            var phrase = phrase
            phrase.words = words
            return phrase.split(at: joins, silences: silences, text: { tokens.decode($0) })
        }
    }

    private mutating func add(
        _ phrase: WindowPhrase, of found: WhisperWindowDecoder.Result, _ emit: (Transcriber.Event) -> Void
    ) {
        let sound = sound
        let words = (phrase.words ?? []).map { word in
            TranscriptWord(
                text: word.text, start: sound.time(of: word.start, isEnd: false),
                end: sound.time(of: word.end, isEnd: true), probability: word.probability)
        }
        let wantsWords = options.findsWordTimes && !words.isEmpty
        let segment = TranscriptSegment(
            id: segments.count,
            seek: Int(sound.time(of: 0, isEnd: false) * Double(Transcriber.sampleRate))
                / transcriber.spectrogram.configuration.hop,
            start: wantsWords ? words[0].start : sound.time(of: phrase.start, isEnd: false),
            end: wantsWords ? words[words.count - 1].end : sound.time(of: phrase.end, isEnd: true),
            text: phrase.text, tokens: phrase.tokens, temperature: (Double(found.temperature) * 1000).rounded() / 1000,
            averageLogProbability: found.averageLogProbability, compressionRatio: CompressionRatio.of(phrase.text),
            noSpeechProbability: found.noSpeechProbability, words: wantsWords ? words : nil)
        segments.append(segment)
        let tokens = transcriber.decoder.vocabulary.tokens
        context.append(phrase.tokens, text: phrase.tokens.filter { tokens.seconds(of: $0) == nil })
        emit(.segment(segment))
    }

    /// Whether the detector agrees that somebody speaks during a phrase.
    private mutating func isSpoken(_ phrase: WhisperSegmentation.Phrase, _ emit: (Transcriber.Event) -> Void) -> Bool {
        let rate = Double(Transcriber.sampleRate)
        let frame = Double(VoiceActivity.frameSize) / rate
        guard let probabilities = sound.probabilities(within: Int((phrase.end * rate).rounded())) else { return true }
        let heard = probabilities.dropFirst(Int(phrase.start / frame)).max() ?? 0
        guard heard < options.voiceActivity.threshold / 2 else { return true }
        note(
            TranscriptDecision(
                start: sound.time(of: phrase.start, isEnd: false), end: sound.time(of: phrase.end, isEnd: true),
                action: .dropped, reason: "no speech \((1 - heard).rounded(toPlaces: 2))"), emit)
        return false
    }

    private mutating func note(_ decision: TranscriptDecision, _ emit: (Transcriber.Event) -> Void) {
        decisions.append(decision)
        emit(.decision(decision))
    }

    private func transcript(language: String?) -> Transcript {
        Transcript(
            text: segments.map(\.text).joined().trimmed(), language: language ?? "en", duration: duration,
            segments: segments, decisions: decisions, timings: timings)
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
