/// Sound divided into stretches with and without speech, as it comes.
///
/// A region of speech begins with a frame of at least the threshold's probability. It ends where frames less probable by
/// 0.15 than the threshold begin, once they have lasted for the minimum of silence without a frame at the threshold.
/// Whether the region is kept is decided by the time in it that is not such silence. Padding is laid around what is
/// kept; a silence that padding from both sides would fill does not end a region.
///
/// What is kept in memory is bounded by the settings, not by the recording.
struct VoiceActivitySegmenter {
    /// A part of the recording that either holds speech or does not.
    struct Stretch: Sendable, Equatable {
        /// Samples from the beginning of the recording.
        var range: Range<Int>
        var isSpeech: Bool
        /// Of all frames that touch `range`.
        var frames: VoiceActivityFrames

        /// Of speech the mean of its frames, of silence the largest: how far it was from being taken for the other.
        var probability: Float {
            isSpeech
                ? frames.probabilities.reduce(0, +) / Float(max(1, frames.probabilities.count))
                : frames.probabilities.max() ?? 0
        }

        /// Joins what follows without a gap and is of the same kind.
        mutating func append(_ next: Stretch) {
            precondition(next.range.lowerBound == range.upperBound && next.isSpeech == isSpeech)
            range = range.lowerBound..<next.range.upperBound
            frames.append(next.frames)
        }
    }

    private enum State {
        case silence
        case speech(Region)
    }

    /// A region that has begun. Positions and lengths in samples.
    private struct Region {
        let start: Int
        /// Without the silences in it.
        var speechLength = 0
        /// Where the silence began that may be its end.
        var end: Int?
    }

    private var stream: any VoiceActivityStream
    private let threshold: Float
    private let lowerThreshold: Float
    private let minimumSpeech: Int
    private let minimumSilence: Int
    private let padding: Int

    private var state = State.silence
    private var frameCount = 0
    private var sampleCount = 0
    /// Up to here all is settled.
    private var settled = 0
    /// Those that stretches still to be settled touch.
    private(set) var frames = VoiceActivityFrames(first: 0, probabilities: [])
    private var stretches: [Stretch] = []

    init(stream: any VoiceActivityStream, settings: VoiceActivitySettings) {
        self.stream = stream
        threshold = settings.threshold
        lowerThreshold = settings.threshold - 0.15
        minimumSpeech = Self.sampleCount(settings.minimumSpeechDuration)
        padding = Self.sampleCount(settings.padding)
        minimumSilence = max(Self.sampleCount(settings.minimumSilenceDuration), 2 * padding, 1)
    }

    /// Stretches settled by these samples, contiguous and in order; the first continues where the last call's ended. A
    /// long stretch comes in parts: neighbours of the same kind, which belong together.
    mutating func append(_ samples: [Float]) -> [Stretch] {
        sampleCount += samples.count
        return advance(stream.probabilities(appending: samples))
    }

    /// The rest, up to the last sample.
    mutating func finish() -> [Stretch] {
        var all = advance(stream.finish())
        if case .speech(let region) = state {
            if isKept(region) {
                settle(to: min((region.end ?? sampleCount) + padding, sampleCount), isSpeech: true)
            }
            state = .silence
        }
        settle(to: sampleCount, isSpeech: false)
        for stretch in stretches { Self.add(stretch, to: &all) }
        stretches = []
        return all
    }

    private mutating func advance(_ probabilities: [Float]) -> [Stretch] {
        for probability in probabilities { advance(probability) }
        defer { stretches = [] }
        return stretches
    }

    private mutating func advance(_ probability: Float) {
        // Weights that compute no number must not make speech disappear.
        let probability = probability.isNaN ? 1 : probability
        frames.probabilities.append(probability)
        let start = frameCount * VoiceActivity.frameSize
        let end = start + VoiceActivity.frameSize
        frameCount += 1
        switch state {
        case .silence:
            if probability >= threshold {
                state = .speech(Region(start: start, speechLength: VoiceActivity.frameSize))
            }
        case .speech(var region):
            if probability >= threshold {
                region.end = nil
            } else if probability < lowerThreshold, region.end == nil {
                region.end = start
            }
            if let silence = region.end, end - silence >= minimumSilence {
                if isKept(region) { settle(to: silence + padding, isSpeech: true) }
                state = .silence
            } else {
                if region.end == nil { region.speechLength += VoiceActivity.frameSize }
                state = .speech(region)
            }
        }
        switch state {
        case .silence: settle(to: end - padding, isSpeech: false)
        case .speech(let region):
            settle(to: region.start - padding, isSpeech: false)
            if isKept(region) { settle(to: region.end.map { min($0 + padding, end) } ?? end, isSpeech: true) }
        }
    }

    private func isKept(_ region: Region) -> Bool { region.speechLength >= minimumSpeech }

    /// What lies before `position`, and is not settled, is of this kind. The last frame may reach beyond the recording.
    private mutating func settle(to position: Int, isSpeech: Bool) {
        let position = min(position, sampleCount)
        guard position > settled else { return }
        let range = settled..<position
        let stretch = Stretch(range: range, isSpeech: isSpeech, frames: frames.touching(range))
        settled = position
        frames.drop(before: position)
        Self.add(stretch, to: &stretches)
    }

    private static func add(_ stretch: Stretch, to stretches: inout [Stretch]) {
        if let last = stretches.last, last.isSpeech == stretch.isSpeech {
            stretches[stretches.count - 1].append(stretch)
        } else {
            stretches.append(stretch)
        }
    }

    /// Whatever the setting is: not negative, and at most a day.
    private static func sampleCount(_ duration: Double) -> Int {
        let limit = 86_400.0
        return Int((duration.isNaN ? 0 : min(max(duration, 0), limit)) * Double(VoiceActivity.sampleRate))
    }
}

/// Probabilities of successive frames of a recording.
struct VoiceActivityFrames: Sendable, Equatable {
    /// The index of the first one; it begins at sample `first` · ``VoiceActivity/frameSize``.
    var first: Int
    var probabilities: [Float]

    /// The frames that share a sample with `range`, as far as they are known.
    func touching(_ range: Range<Int>) -> VoiceActivityFrames {
        let lower = max(range.lowerBound / VoiceActivity.frameSize, first)
        let upper = min(
            (range.upperBound + VoiceActivity.frameSize - 1) / VoiceActivity.frameSize, first + probabilities.count)
        guard lower < upper else { return VoiceActivityFrames(first: lower, probabilities: []) }
        return VoiceActivityFrames(first: lower, probabilities: Array(probabilities[lower - first..<upper - first]))
    }

    /// Forgets frames that end before the sample at `position`.
    mutating func drop(before position: Int) {
        let count = min(max(0, position / VoiceActivity.frameSize - first), probabilities.count)
        probabilities.removeFirst(count)
        first += count
    }

    /// Joins frames that follow; the first of them may be the last of these.
    mutating func append(_ next: VoiceActivityFrames) {
        let known = first + probabilities.count - next.first
        precondition(known >= 0, "frames are missing between \(first + probabilities.count) and \(next.first)")
        probabilities.append(contentsOf: next.probabilities.dropFirst(known))
    }
}
