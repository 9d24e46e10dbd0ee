public import Tensors

/// The short-time Fourier transform: how the spectrum of a signal changes over time.
///
/// Frame t is centred on sample t · hop; beyond its ends the signal is continued by reflection.
public struct Spectrogram: Sendable {
    public let frameSize: Int
    public let hop: Int
    /// frameSize/2 + 1, from 0 Hz to half of the sample rate.
    public var binCount: Int { transform.binCount }

    let transform: RealFourierTransform
    let window: [Float]

    /// `window` holds one weight per sample of a frame; without it, the periodic Hann window.
    public init(frameSize: Int, hop: Int, window: [Float]? = nil) {
        precondition(frameSize > 1 && hop > 0, "frames of \(frameSize) samples every \(hop)")
        precondition(window == nil || window?.count == frameSize, "the window must have \(frameSize) weights")
        self.frameSize = frameSize
        self.hop = hop
        self.window = window ?? Window.hann(size: frameSize)
        transform = RealFourierTransform(size: frameSize)
    }

    /// The power |X|² of every frame at every frequency.
    ///
    /// - Returns: shape [1 + samples / hop, frameSize/2 + 1], `float32`.
    public func powers(_ samples: [Float]) -> Tensor {
        let frameCount = 1 + samples.count / hop
        return Tensor(shape: [frameCount, binCount]) { (output: UnsafeMutablePointer<Float>) in
            samples.withUnsafeBufferPointer { samples in
                let signal = signal(samples, length: samples.count)
                transform.withScratch { scratch in
                    for frame in 0..<frameCount {
                        writePowers(of: frame, in: signal, scratch, to: output + frame * binCount, stride: 1)
                    }
                }
            }
        }
    }

    // MARK: One frame

    /// `samples` followed by silence up to `length`, cut into frames.
    func signal(_ samples: UnsafeBufferPointer<Float>, length: Int) -> FramedSignal {
        // Reflection needs more than half a frame; shorter signals are continued by silence.
        FramedSignal(
            samples: UnsafeBufferPointer(rebasing: samples.prefix(length)), length: max(length, frameSize / 2 + 1),
            frameSize: frameSize, hop: hop)
    }

    /// Writes the power of bin k to `output[k · stride]`.
    @inline(__always)
    func writePowers(
        of frame: Int, in signal: FramedSignal, _ scratch: RealFourierTransform.Scratch,
        to output: UnsafeMutablePointer<Float>, stride: Int
    ) {
        window.withUnsafeBufferPointer { signal.copy(frame: frame, window: $0, to: scratch.samples) }
        transform.forward(scratch)
        for bin in 0..<binCount {
            let value = scratch.spectrum[bin]
            output[bin * stride] = value.x * value.x + value.y * value.y
        }
    }
}
