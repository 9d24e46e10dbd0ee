#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Voice activity without a network, for where its weights are absent: how far the sound rises over the noise, how
/// periodic and how uneven its spectrum is, and how much that changes from syllable to syllable, in one logistic
/// function. docs/models/voice-activity.md tells how it was made and what it confuses.
public struct StatisticalDetector: VoiceActivityDetector {
    public let name = "statistical"

    public init() {}

    public func makeStream() -> any VoiceActivityStream { StatisticalStream() }
}

struct StatisticalStream: VoiceActivityStream {
    /// Frames heard before one is judged: 0.26 s.
    static let lookahead = 8
    /// Frames over which the noise floor is the minimum, up to the one judged: 1.5 s.
    static let floorLength = 47

    private var buffer = FrameBuffer()
    private var analysis = FrameAnalysis()
    /// The end of the frame before, and the frame that waits for the beginning of the next.
    private var waiting = [Float](repeating: 0, count: margin)
    private var observations: [FrameObservation] = []
    /// The frame of the first observation.
    private var first = 0
    private var judged = 0

    /// By how much the measured stretch exceeds the frame on each side.
    private static let margin = (FrameAnalysis.windowSize - VoiceActivity.frameSize) / 2

    mutating func probabilities(appending samples: [Float]) -> [Float] {
        buffer.append(samples)
        return observeWholeFrames()
    }

    mutating func finish() -> [Float] {
        buffer.pad()
        var probabilities = observeWholeFrames()
        if waiting.count > Self.margin {
            observe(waiting + [Float](repeating: 0, count: Self.margin))
            waiting = []
        }
        while judged < first + observations.count { probabilities.append(judge()) }
        return probabilities
    }

    private mutating func observeWholeFrames() -> [Float] {
        var probabilities: [Float] = []
        let samples = buffer.take(frames: buffer.frameCount)
        for start in stride(from: 0, to: samples.count, by: VoiceActivity.frameSize) {
            let frame = samples[start..<start + VoiceActivity.frameSize]
            if waiting.count > Self.margin {
                observe(waiting + frame.prefix(Self.margin))
                waiting = Array(waiting.suffix(Self.margin))
            }
            waiting += frame
            if judged + Self.lookahead < first + observations.count { probabilities.append(judge()) }
        }
        return probabilities
    }

    private mutating func observe(_ samples: [Float]) {
        observations.append(analysis.observe(samples[...]))
    }

    /// The probability of the next frame, from what is known around it.
    private mutating func judge() -> Float {
        defer {
            judged += 1
            let superfluous = max(0, judged + 1 - Self.floorLength - first)
            observations.removeFirst(superfluous)
            first += superfluous
        }
        return Self.probability(SpeechFeatures(observations, frame: judged - first))
    }

    /// A logistic function, fitted by Tests/Reference/statistical_detector_fit.py.
    static func probability(_ features: SpeechFeatures) -> Float {
        let periodicity = min(max(features.periodicity, 0), 1)
        let variability = min(features.variability, 6) / 6
        let unevenness = min(max(-features.flatness, 0), 30) / 10
        let evidence =
            3.5 * periodicity + 10.3 * variability + 5.7 * periodicity * variability + 2.9 * unevenness
            - 1.7 * unevenness * unevenness - 7.7
        // What hardly rises over the noise is none.
        return min(1, features.elevation / 0.25) / (1 + exp(-evidence))
    }
}
