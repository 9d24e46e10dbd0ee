import Audio
import Autograd
import Decoding
import Tensors

/// A stream that is heard chunk by chunk, by a model that was trained for that.
///
/// A line grows by the frames of each chunk. Its partial results are the best class of each frame; when a pause has ended it, it is
/// decoded as a window of a recording would be.
struct CTCSpeechStream: SpeechStream {
    private let transcriber: CTCTranscriber
    /// Tokens, the blank among them.
    private let classes: Int
    private let options: TranscriptionOptions
    private var spectrogram: LogMelStream
    private var network: ConformerStream
    private var sampleCount = 0

    /// What the frames of the line spell, `[frames, tokens]`, row-major.
    private var line: [Float] = []
    /// The line's first frame, counted from the beginning.
    private var lineStart = 0
    /// For each frame of the line whether nothing is most probable.
    private var isBlank: [Bool] = []
    /// Blank ones at the end of the line.
    private var blankCount = 0
    private var shown = ""
    private var lineCount = 0

    private let pauseLength: Int
    let chunkDuration: Double?

    /// Frames of silence before the first word that a line begins with.
    private static let leadLength = 8
    /// A line that no pause ends does so after 30 s.
    private static let longestLine = 750

    /// - Parameter network: that of `transcriber`.
    init(
        _ transcriber: CTCTranscriber, _ network: ConformerModel, chunks: ConformerChunks,
        options: TranscriptionOptions, settings: SpeechStreamSettings
    ) {
        (self.transcriber, self.options, classes) = (transcriber, options, network.vocabularySize)
        spectrogram = LogMelStream(transcriber.spectrogram)
        self.network = ConformerStream(network, chunks: chunks)
        pauseLength = max(2, Int((settings.pause / transcriber.frameSeconds).rounded()))
        chunkDuration = Double(chunks.size) * transcriber.frameSeconds
    }

    var duration: Double { Double(sampleCount) / Double(Transcriber.sampleRate) }

    mutating func append(_ samples: [Float]) throws -> [SpeechEvent] {
        sampleCount += samples.count
        var events: [SpeechEvent] = []
        for logits in network.append(spectrogram.append(samples)) { try hear(logits, &events) }
        return events
    }

    mutating func finish() throws -> [SpeechEvent] {
        var events: [SpeechEvent] = []
        for logits in network.append(spectrogram.append(transcriber.tail)) { try hear(logits, &events) }
        for logits in network.append(spectrogram.finish()) { try hear(logits, &events) }
        if let logits = network.finish() { try hear(logits, &events) }
        if isBlank.contains(false) { try endLine(isBlank.count, &events) }
        return events
    }

    private mutating func hear(_ logits: Tensor, _ events: inout [SpeechEvent]) throws {
        let values = logSoftmax(logits).floats()
        guard values.allSatisfy({ !$0.isNaN }) else {
            throw SpeechModelError.notFinite(model: transcriber.architecture)
        }
        for start in stride(from: 0, to: values.count, by: classes) {
            let row = values[start..<start + classes]
            // The first of equally probable ones, as in the search.
            let best = row.indices.reduce(start) { row[$1] > row[$0] ? $1 : $0 } - start
            try add(row, isBlank: best == transcriber.model.blank, &events)
        }
        let segment = segment(transcriber.greedyTokens(line))
        let text = segment?.text ?? ""
        guard text != shown else { return }
        shown = text
        if let segment { events.append(.partial(segment)) }
    }

    private mutating func add(_ row: ArraySlice<Float>, isBlank isSilent: Bool, _ events: inout [SpeechEvent]) throws {
        line += row
        isBlank.append(isSilent)
        blankCount = isSilent ? blankCount + 1 : 0
        if blankCount == isBlank.count {
            if blankCount > Self.leadLength { dropFrames(1) }
        } else if blankCount >= pauseLength {
            try endLine(isBlank.count, &events)
        } else if isBlank.count >= Self.longestLine {
            try endLine(breakPlace, &events)
        }
    }

    /// Where a line is best divided that no pause ends: in the middle of the longest silence of its last third.
    private var breakPlace: Int {
        var (best, length, run) = (isBlank.count, 0, 0)
        for index in isBlank.count * 2 / 3..<isBlank.count {
            run = isBlank[index] ? run + 1 : 0
            if run > length { (best, length) = (index + 1 - run / 2, run) }
        }
        return best
    }

    private mutating func endLine(_ count: Int, _ events: inout [SpeechEvent]) throws {
        let tokens = try transcriber.tokens(Array(line[..<(count * classes)]), beamSize: options.search.beamSize)
        if let segment = segment(tokens) {
            lineCount += 1
            events.append(.final(segment))
        } else if !shown.isEmpty {
            events.append(
                .partial(TranscriptSegment(aligning: [], id: lineCount, tokens: [], averageLogProbability: 0)))
        }
        shown = ""
        dropFrames(count)
    }

    private mutating func dropFrames(_ count: Int) {
        line.removeFirst(count * classes)
        isBlank.removeFirst(count)
        lineStart += count
        blankCount = min(blankCount, isBlank.count)
    }

    /// The line as far as `tokens` spell it; nil where they spell no word.
    private func segment(_ tokens: [CTCToken]) -> TranscriptSegment? {
        let words = SpelledWord.words(of: tokens, transcriber.tokenizer)
        guard !words.isEmpty else { return nil }
        let start = Double(lineStart) * transcriber.frameSeconds
        return TranscriptSegment(
            spelling: words, id: lineCount, seek: Int((100 * start).rounded()), hasWords: options.findsWordTimes
        ) { frame, _ in min(duration, start + Double(frame) * transcriber.frameSeconds) }
    }
}
