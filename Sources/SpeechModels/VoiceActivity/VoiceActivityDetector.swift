/// Tells how probably each frame of a recording holds speech.
///
/// Sound comes at 16 kHz; a frame is ``VoiceActivity/frameSize`` samples long, and frames do not overlap.
public protocol VoiceActivityDetector: Sendable {
    /// For a log or a report.
    var name: String { get }

    /// Listens to one recording from its beginning.
    func makeStream() -> any VoiceActivityStream
}

/// What a detector knows of one recording.
///
/// Samples may come in pieces of any length. One that is not finite counts as zero.
public protocol VoiceActivityStream {
    /// The probabilities, from 0 to 1, of the next frames in order. What does not fill a frame waits for the next call;
    /// so may whole frames, of which a detector wants to hear what follows.
    mutating func probabilities(appending samples: [Float]) -> [Float]

    /// The probabilities of the frames that are still waiting; the last one is filled with zeros. The end of the stream.
    mutating func finish() -> [Float]
}

/// What all detectors agree on.
public enum VoiceActivity {
    /// Samples per second.
    public static let sampleRate = 16_000
    /// Samples per frame: 32 ms.
    public static let frameSize = 512
}

/// Samples on their way into frames, made harmless: what is not finite becomes zero, and no more than 20 dB over full
/// scale passes, so that no sum can overflow.
struct FrameBuffer {
    private(set) var samples: [Float] = []

    static let limit: Float = 10

    var frameCount: Int { samples.count / VoiceActivity.frameSize }

    mutating func append(_ new: [Float]) {
        samples.reserveCapacity(samples.count + new.count)
        for sample in new {
            samples.append(sample.isFinite ? min(max(sample, -Self.limit), Self.limit) : 0)
        }
    }

    /// Takes the first frames out.
    mutating func take(frames: Int) -> ArraySlice<Float> {
        let count = frames * VoiceActivity.frameSize
        let taken = samples[..<count]
        samples.removeFirst(count)
        return taken
    }

    /// Fills up the last frame with zeros.
    mutating func pad() {
        let rest = samples.count % VoiceActivity.frameSize
        if rest > 0 { samples.append(contentsOf: repeatElement(0, count: VoiceActivity.frameSize - rest)) }
    }
}
