import Kernels
public import Tensors

/// The input of Whisper's encoder: a log-mel spectrogram as OpenAI's feature extractor computes it.
///
/// Frames of 25 ms every 10 ms (periodic Hann window, signal reflected at both ends, the last frame dropped), their
/// power summed up by mel triangles, then log10 with a floor of 1e-10, limited to 8 below the maximum (or to the floor of the
/// configuration), and (x+4)/4.
/// Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, section 2.2.
public struct LogMelSpectrogram: Sendable {
    public let configuration: LogMelConfiguration

    private let spectrogram: Spectrogram
    private let filters: MelFilterBank

    public init(_ configuration: LogMelConfiguration) {
        self.configuration = configuration
        spectrogram = Spectrogram(frameSize: configuration.frameSize, hop: configuration.hop)
        // Whisper's filters end at 8 kHz whatever the sample rate.
        filters = MelFilterBank(
            bandCount: configuration.bandCount, binCount: spectrogram.binCount, sampleRate: configuration.sampleRate,
            highestFrequency: 8000)
    }

    /// The spectrogram of the whole signal.
    ///
    /// - Returns: shape [samples / hop, bands], `float32`.
    public func callAsFunction(_ samples: [Float]) -> Tensor {
        logMel(samples, frameCount: samples.count / configuration.hop, length: samples.count)
    }

    /// The spectrogram of one window: `samples` followed by silence up to `frames` hops; samples beyond are ignored.
    ///
    /// - Returns: shape [frames, bands], `float32`.
    public func callAsFunction(_ samples: [Float], frames: Int) -> Tensor {
        precondition(frames >= 0, "\(frames) frames")
        return logMel(samples, frameCount: frames, length: frames * configuration.hop)
    }

    /// The first `count` frames of a signal; those that reach beyond its end see its reflection.
    func frames(_ samples: [Float], count: Int) -> Tensor {
        logMel(samples, frameCount: count, length: samples.count)
    }

    private func logMel(_ samples: [Float], frameCount: Int, length: Int) -> Tensor {
        let bandCount = configuration.bandCount
        return Tensor(shape: [frameCount, bandCount]) { (output: UnsafeMutablePointer<Float>) in
            samples.withUnsafeBufferPointer { samples in
                let signal = spectrogram.signal(samples, length: length)
                let chunkCount = (frameCount + Self.chunkSize - 1) / Self.chunkSize
                func frames(ofChunk chunk: Int) -> Range<Int> {
                    chunk * Self.chunkSize..<min((chunk + 1) * Self.chunkSize, frameCount)
                }
                var maxima = [Float](repeating: 0, count: chunkCount)
                maxima.withUnsafeMutableBufferPointer { maxima in
                    Threads.parallelFor(chunkCount) { chunk in
                        maxima[chunk] = logarithms(of: signal, frames: frames(ofChunk: chunk), into: output)
                    }
                }
                let floor = configuration.floor ?? (maxima.max() ?? 0) - 8
                Threads.parallelFor(chunkCount) { chunk in
                    let frames = frames(ofChunk: chunk)
                    for index in frames.lowerBound * bandCount..<frames.upperBound * bandCount {
                        output[index] = (max(output[index], floor) + 4) / 4
                    }
                }
            }
        }
    }

    /// Frames per unit of parallel work.
    private static let chunkSize = 256
    /// Frames that pass the mel filters together, one per SIMD lane.
    private static let laneCount = 16

    /// Writes the base-10 logarithms of the mel powers of `frames`, and returns the largest.
    private func logarithms(
        of signal: FramedSignal, frames: Range<Int>, into output: UnsafeMutablePointer<Float>
    ) -> Float {
        let bandCount = configuration.bandCount
        let silence: Float = -10  // log10 of the floor
        var largest = silence
        // `powers[bin]` holds the power of all lanes at that bin.
        var powers = [SIMD16<Float>](repeating: .zero, count: spectrogram.binCount)
        powers.withUnsafeMutableBufferPointer { powers in
            // The same memory, lane by lane; there is always at least one bin.
            let lanes = UnsafeMutableRawPointer(powers.baseAddress!).assumingMemoryBound(to: Float.self)
            spectrogram.transform.withScratch { scratch in
                for first in stride(from: frames.lowerBound, to: frames.upperBound, by: Self.laneCount) {
                    let count = min(Self.laneCount, frames.upperBound - first)
                    if (first..<first + count).allSatisfy(signal.isSilent) {
                        (output + first * bandCount).update(repeating: silence, count: count * bandCount)
                        continue
                    }
                    for lane in 0..<count {
                        spectrogram.writePowers(
                            of: first + lane, in: signal, scratch, to: lanes + lane, stride: Self.laneCount)
                    }
                    for band in 0..<bandCount {
                        let logarithm = logarithm(of: filters.bands[band], powers)
                        for lane in 0..<count {
                            output[(first + lane) * bandCount + band] = logarithm[lane]
                            largest = max(largest, logarithm[lane])
                        }
                    }
                }
            }
        }
        return largest
    }

    @inline(__always)
    private func logarithm(
        of band: MelFilterBank.Band, _ powers: UnsafeMutableBufferPointer<SIMD16<Float>>
    ) -> SIMD16<Float> {
        var sum = SIMD16<Float>.zero
        for index in 0..<band.weights.count { sum += powers[band.firstBin + index] * band.weights[index] }
        return decimalLogarithm(sum.replacing(with: 1e-10, where: sum .< 1e-10))
    }
}
