import Audio

/// A recording without its silences, read piece by piece, with the way back to the recording's own time.
///
/// Without a segmenter nothing is left out. Positions are in samples; those "of the window" count from its beginning.
struct SpokenSound {
    /// A part of the recording that was kept.
    private struct Piece {
        /// In the signal without silences.
        var start: Int
        /// In the recording.
        var range: Range<Int>
        /// None without a segmenter.
        var frames: VoiceActivityFrames?

        var end: Int { start + range.count }
    }

    /// Samples that were read and kept, but are not done with.
    private(set) var window: [Float] = []
    /// Samples of the recording that were read.
    private(set) var readCount = 0
    private(set) var hasEnded = false
    /// Seconds that the search for speech took.
    private(set) var listeningTime = 0.0

    private let audio: AudioStream
    private var segmenter: VoiceActivitySegmenter?
    /// In the signal without silences.
    private var windowStart = 0
    /// Those that the window touches, and one before.
    private var pieces: [Piece] = []
    /// Read, but not yet known to be speech or silence.
    private var unsettled: [Float] = []
    private var silence: VoiceActivitySegmenter.Stretch?

    /// Samples that are read at once, 8 s: the detector is fastest with many, and a pipe should not wait for long.
    private static let blockSize = 8 * Transcriber.sampleRate

    init(_ audio: AudioStream, segmenter: VoiceActivitySegmenter?) {
        self.audio = audio
        self.segmenter = segmenter
    }

    /// Reads on until the window holds `capacity` samples or the recording ends.
    ///
    /// - Parameter skipped: told of each silence that was left out.
    mutating func fill(
        to capacity: Int, checkCancellation: () throws -> Void, skipped: (VoiceActivitySegmenter.Stretch) -> Void
    ) throws {
        while window.count < capacity, !hasEnded {
            try checkCancellation()
            let missing = segmenter == nil ? capacity - window.count : Self.blockSize
            let block = try audio.read(count: missing)
            let start = readCount
            readCount += block.count
            hasEnded = block.count < missing
            guard segmenter != nil else {
                keep(block[...], as: Piece(start: windowStart + window.count, range: start..<readCount))
                continue
            }
            unsettled += block
            let clock = ContinuousClock()
            let begin = clock.now
            var stretches = segmenter?.append(block) ?? []
            if hasEnded { stretches += segmenter?.finish() ?? [] }
            listeningTime += (clock.now - begin).seconds
            for stretch in stretches { settle(stretch, skipped) }
            if hasEnded { endSilence(skipped) }
        }
    }

    /// Forgets the first `count` samples of the window.
    mutating func advance(by count: Int) {
        window.removeFirst(count)
        windowStart += count
        pieces.removeAll { $0.end < windowStart }
    }

    // MARK: Time

    /// Where something in the window begins or ends in the recording, in seconds. At a place where silence was left out,
    /// what begins does so after it, and what ends before it.
    func time(of position: Double, isEnd: Bool) -> Double {
        let rate = Double(Transcriber.sampleRate)
        let place = Double(windowStart) + position * rate
        let piece =
            isEnd
            ? pieces.first { place <= Double($0.end) } ?? pieces.last
            : pieces.last { place >= Double($0.start) } ?? pieces.first
        guard let piece else { return position }
        let offset = min(max(0, place - Double(piece.start)), Double(piece.range.count))
        return (Double(piece.range.lowerBound) + offset) / rate
    }

    /// Where silence was left out inside the window's first `count` samples, in seconds from its beginning.
    func joins(within count: Int) -> [Double] {
        zip(pieces, pieces.dropFirst()).compactMap { first, second in
            let place = second.start - windowStart
            guard first.range.upperBound != second.range.lowerBound, place > 0, place < count else { return nil }
            return Double(place) / Double(Transcriber.sampleRate)
        }
    }

    /// The probability of speech in each 32 ms of the window's first `count` samples; nil without a segmenter.
    func probabilities(within count: Int) -> [Float]? {
        guard segmenter != nil else { return nil }
        var index = 0
        return stride(from: 0, to: count, by: VoiceActivity.frameSize).map { position in
            let place = windowStart + position + VoiceActivity.frameSize / 2
            while index < pieces.count - 1, place >= pieces[index].end { index += 1 }
            guard index < pieces.count, let frames = pieces[index].frames else { return 0 }
            let source = pieces[index].range.lowerBound + place - pieces[index].start
            let frame = source / VoiceActivity.frameSize - frames.first
            guard !frames.probabilities.isEmpty else { return 0 }
            return frames.probabilities[min(max(0, frame), frames.probabilities.count - 1)]
        }
    }

    // MARK: Reading

    private mutating func settle(
        _ stretch: VoiceActivitySegmenter.Stretch, _ skipped: (VoiceActivitySegmenter.Stretch) -> Void
    ) {
        let count = stretch.range.count
        if stretch.isSpeech {
            endSilence(skipped)
            let piece = Piece(
                start: windowStart + window.count, range: stretch.range, frames: stretch.frames)
            keep(unsettled[..<count], as: piece)
        } else if silence == nil {
            silence = stretch
        } else {
            silence?.append(stretch)
        }
        unsettled.removeFirst(count)
    }

    private mutating func keep(_ samples: ArraySlice<Float>, as piece: Piece) {
        guard !samples.isEmpty else { return }
        window += samples
        pieces.append(piece)
    }

    private mutating func endSilence(_ skipped: (VoiceActivitySegmenter.Stretch) -> Void) {
        if let silence { skipped(silence) }
        silence = nil
    }
}

extension TranscriptDecision {
    /// A silence that was left out.
    init(skipping silence: VoiceActivitySegmenter.Stretch) {
        let rate = Double(Transcriber.sampleRate)
        self.init(
            start: Double(silence.range.lowerBound) / rate, end: Double(silence.range.upperBound) / rate,
            action: .skipped, reason: "no speech \((1 - silence.probability).rounded(toPlaces: 2))")
    }
}
