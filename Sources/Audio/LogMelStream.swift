public import Tensors

/// The log-mel spectrogram of sound that comes in pieces: the same numbers as of the whole signal.
///
/// A frame is ready when all of its samples are there, 12.5 ms after its centre. Memory does not grow with the signal.
public struct LogMelStream: Sendable {
    private let spectrogram: LogMelSpectrogram
    /// From ``keptHops`` before the next frame on.
    private var samples: [Float] = []
    /// Frames at the beginning of `samples` that were given already.
    private var givenFrames = 0

    /// So much before a frame that it does not see the beginning of what is kept, where the signal would be reflected.
    private static let keptHops = 2

    /// - Precondition: the configuration has a floor, and frames of at most four hops.
    public init(_ spectrogram: LogMelSpectrogram) {
        let configuration = spectrogram.configuration
        precondition(Self.isPossible(configuration), "a stream has no largest energy")
        self.spectrogram = spectrogram
    }

    /// Whether frames of this kind can be had before the signal has ended.
    public static func isPossible(_ configuration: LogMelConfiguration) -> Bool {
        configuration.floor != nil && configuration.frameSize <= 2 * keptHops * configuration.hop
    }

    /// The frames that these samples complete.
    ///
    /// - Returns: shape [frames, bands], possibly no frame.
    public mutating func append(_ new: [Float]) -> Tensor {
        samples += new
        let (hop, half) = (spectrogram.configuration.hop, spectrogram.configuration.frameSize / 2)
        return take(samples.count < half ? 0 : (samples.count - half) / hop + 1)
    }

    /// The frames that are left; the signal is continued by reflection, and the stream is as new.
    public mutating func finish() -> Tensor {
        defer { (samples, givenFrames) = ([], 0) }
        return take(samples.count / spectrogram.configuration.hop)
    }

    /// - Parameter count: frames from the beginning of what is kept.
    private mutating func take(_ count: Int) -> Tensor {
        let (hop, bands) = (spectrogram.configuration.hop, spectrogram.configuration.bandCount)
        guard count > givenFrames else { return Tensor([Float](), shape: [0, bands]) }
        let frames = spectrogram.frames(samples, count: count)
        let result = Tensor(Array(frames.floats()[(givenFrames * bands)...]), shape: [count - givenFrames, bands])
        let dropped = max(0, count - Self.keptHops)
        samples.removeFirst(min(samples.count, dropped * hop))
        givenFrames = count - dropped
        return result
    }
}
