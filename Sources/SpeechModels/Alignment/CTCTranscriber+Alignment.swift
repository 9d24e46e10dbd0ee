public import Audio
import Decoding
import Tokenizers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension CTCTranscriber {
    /// Bytes of what is kept at once while a text is aligned.
    private static let alignmentLimit = 4 << 30

    /// The sound is heard window by window; what the windows spell is aligned with the text in one go. What is kept grows with
    /// the recording: for each frame four bytes for every token that the text has, and four for every character of
    /// the text times the root of the number of frames.
    public func align(
        _ lines: [String], with audio: AudioStream, options: TranscriptionOptions = TranscriptionOptions(),
        progress: (Double) -> Void = { _ in }, checkCancellation: () throws -> Void = {}
    ) throws -> TextAlignment {
        let clock = ContinuousClock()
        let start = clock.now
        var timings = TranscriptionTimings()
        timings.load = loadTime
        let source = audio.source.description
        let text = SpokenText(lines, spelling: model.spelling)
        guard !text.lines.isEmpty else { throw AlignmentError.noWords(source: source) }
        let target = try target(of: text)
        let heard = try hear(audio, keeping: target.classes, &timings, progress, checkCancellation)
        let seconds = Double(heard.sampleCount) / Double(Transcriber.sampleRate)
        let frames = heard.logProbabilities.count / target.classes.count
        let needed = target.tokens.count + zip(target.tokens, target.tokens.dropFirst()).count { $0 == $1 }
        guard frames >= needed else {
            throw AlignmentError.textTooLong(source: source, seconds: seconds, frames: frames, needed: needed)
        }
        // Scores at the beginnings of the parts and steps within one: five bytes for each state and the root of the frames.
        let byteCount = Int(5 * Double(2 * target.tokens.count + 1) * Double(frames).squareRoot())
        guard byteCount <= Self.alignmentLimit else {
            throw AlignmentError.tooLarge(source: source, needed: byteCount, limit: Self.alignmentLimit)
        }
        try checkCancellation()
        let aligningStart = clock.now
        guard
            let tokens = CTCAlignment(blank: 0).align(
                heard.logProbabilities[...], classes: target.classes.count, target: target.tokens)
        else { throw SpeechModelError.notFinite(model: architecture) }
        timings.decode += (clock.now - aligningStart).seconds
        timings.total = (clock.now - start).seconds
        return try result(of: text, target, tokens, duration: seconds, timings, source: source)
    }

    /// What a text is spelled with.
    private struct Target {
        /// Tokens of the model: the blank, and those of the text.
        let classes: [Int]
        /// Places in ``classes``, or ``CTCAlignment/wildcard``.
        let tokens: [Int]
        let unspelled: [TextAlignment.UnspelledWord]
    }

    private func target(of text: SpokenText) throws -> Target {
        let unknown = tokenizer.id(of: CharacterTrainer.unknownToken)
        let tokens = try tokenizer.targets(of: text.spelled)
        let classes = [model.blank] + Set(tokens).subtracting([unknown ?? model.blank]).sorted()
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        var target: [Int] = []
        for token in tokens {
            let place = token == unknown ? CTCAlignment.wildcard : places[token] ?? CTCAlignment.wildcard
            if place == CTCAlignment.wildcard, target.last == place { continue }
            target.append(place)
        }
        guard target.contains(CTCAlignment.wildcard) else {
            return Target(classes: classes, tokens: target, unspelled: [])
        }
        let unspelled = try text.lines.flatMap { line in
            try line.words.compactMap { word -> TextAlignment.UnspelledWord? in
                var characters: [String] = []
                for scalar in word.spelled.joined().unicodeScalars where !characters.contains(String(scalar)) {
                    if try tokenizer.targets(of: String(scalar)) == [unknown] { characters.append(String(scalar)) }
                }
                return characters.isEmpty
                    ? nil : TextAlignment.UnspelledWord(line: line.number, word: word.text, characters: characters)
            }
        }
        return Target(classes: classes, tokens: target, unspelled: unspelled)
    }

    /// What the whole recording spells, as far as `classes` go: `[frames, classes]`, row-major.
    private func hear(
        _ audio: AudioStream, keeping classes: [Int], _ timings: inout TranscriptionTimings,
        _ progress: (Double) -> Void,
        _ checkCancellation: () throws -> Void
    ) throws -> (logProbabilities: [Float], sampleCount: Int) {
        let clock = ContinuousClock()
        let capacity = windowCapacity
        var (values, window, sampleCount): ([Float], [Float], Int) = ([], [], 0)
        var hasEnded = false
        while !hasEnded || !window.isEmpty {
            try checkCancellation()
            var start = clock.now
            // One sample more tells whether the recording goes on.
            while window.count <= capacity, !hasEnded {
                let missing = capacity + 1 - window.count
                let block = try audio.read(count: missing)
                hasEnded = block.count < missing
                window += block
                sampleCount += block.count
            }
            // Windows end between frames, so that all frames are of the same length.
            let frame = samplesPerFrame
            let count =
                window.count > capacity
                ? Self.quietestPlace(in: window, capacity: capacity) / frame * frame : window.count
            if count < spectrogram.configuration.hop { break }
            // Within the recording what follows is heard by the next window.
            let features = spectrogram(window.prefix(count) + (count == window.count ? tail : []))
            timings.features += (clock.now - start).seconds
            start = clock.now
            let all = try logProbabilities(of: features)
            let rowLength = model.vocabularySize
            for row in Swift.stride(from: 0, to: all.count, by: rowLength) {
                for index in classes { values.append(all[row + index]) }
            }
            timings.encode += (clock.now - start).seconds
            window.removeFirst(count)
            progress(Double(sampleCount - window.count) / Double(Transcriber.sampleRate))
        }
        guard sampleCount > 0 else { throw SpeechModelError.noSamples(source: audio.source.description) }
        return (values, sampleCount)
    }

    private func result(
        of text: SpokenText, _ target: Target, _ tokens: [CTCToken], duration: Double, _ timings: TranscriptionTimings,
        source: String
    ) throws -> TextAlignment {
        let spelled = SpelledWord.words(of: tokens) { token in
            token == CTCAlignment.wildcard
                ? Array("?".utf8) : tokenizer.bytes(of: target.classes[token]) ?? []
        }
        var rest = spelled[...]
        guard rest.count == text.lines.reduce(0, { $0 + $1.words.reduce(0) { $0 + $1.spelled.count } }) else {
            throw AlignmentError.wordsDiffer(source: source)
        }
        func time(_ frame: Int) -> Double { min(duration, Double(frame) * frameSeconds) }
        func mean(_ values: [Float]) -> Float? {
            values.isEmpty ? nil : values.reduce(0, +) / Float(values.count)
        }
        var segments: [TranscriptSegment] = []
        for line in text.lines {
            var (words, logarithms, ids): ([TranscriptWord], [Float], [Int]) = ([], [], [])
            for word in line.words {
                let parts = rest.prefix(word.spelled.count)
                rest = rest.dropFirst(word.spelled.count)
                let known = parts.flatMap { zip($0.tokens, $0.logProbabilities) }.filter {
                    $0.0 != CTCAlignment.wildcard
                }
                logarithms += known.map(\.1)
                ids += known.map { target.classes[$0.0] }
                let frames = parts.map(\.frames).reduce(parts.first?.frames ?? 0..<0) {
                    $0.lowerBound..<$1.upperBound
                }
                words.append(
                    TranscriptWord(
                        text: " " + word.text, start: time(frames.lowerBound), end: time(frames.upperBound),
                        // Nothing speaks for a word of which no character could be compared.
                        probability: mean(known.map(\.1)).map { expf($0) } ?? 0))
            }
            segments.append(
                TranscriptSegment(
                    aligning: words, id: segments.count, tokens: ids,
                    averageLogProbability: mean(logarithms) ?? TextAlignment.leastLogProbability))
        }
        return TextAlignment(
            segments, lines: text.lines.map(\.number), unspelled: target.unspelled, language: "", duration: duration,
            timings: timings)
    }
}
