import CFFTW
import Synchronization

/// The discrete Fourier transform of real signals of one size, and its inverse.
///
/// FFTW does the work; it is licensed under the GPL (2 or later), so a program linked with it falls under the GPL. This
/// type is the only place that knows FFTW, so that another implementation can take its place.
public struct RealFourierTransform: Sendable {
    /// The number n of real samples.
    public let size: Int
    /// The number n/2+1 of complex values that describe a real signal's spectrum.
    public var binCount: Int { size / 2 + 1 }

    private let plans: Plans

    /// `@unchecked Sendable`: FFTW's plans may be executed by several threads at once (new-array execution).
    private final class Plans: @unchecked Sendable {
        let forward: fftwf_plan
        let inverse: fftwf_plan

        init(size: Int) {
            let time = fftwf_alloc_real(size)!  // FFTW ends the process itself when memory runs out
            let frequency = fftwf_alloc_complex(size / 2 + 1)!
            defer {
                fftwf_free(time)
                fftwf_free(frequency)
            }
            // ESTIMATE: the choice of algorithm, and with it the last bit of a result, must not depend on a timing.
            // Arrays must be aligned like these: three times as fast as plans for any address.
            let flags = FFTW_ESTIMATE
            forward = fftwf_plan_dft_r2c_1d(Int32(size), time, frequency, flags)
            inverse = fftwf_plan_dft_c2r_1d(Int32(size), frequency, time, flags | FFTW_PRESERVE_INPUT)
        }
    }

    /// FFTW's planner is not safe for threads; plans are kept for as long as the process runs.
    private static let planner = Mutex<[Int: Plans]>([:])

    public init(size: Int) {
        precondition(size > 0 && size <= 1 << 26, "a Fourier transform of size \(size)")
        self.size = size
        plans = Self.planner.withLock { known in
            if let plans = known[size] { return plans }
            let plans = Plans(size: size)
            known[size] = plans
            return plans
        }
    }

    /// X[k] = Σ x[t]·exp(−2πi·k·t/n) for k in 0…n/2, as pairs of real and imaginary part.
    public func forward(_ samples: [Float]) -> [SIMD2<Float>] {
        precondition(samples.count == size, "\(samples.count) samples for a transform of size \(size)")
        return withScratch { scratch in
            for index in 0..<size { scratch.samples[index] = samples[index] }
            forward(scratch)
            return Array(UnsafeBufferPointer(start: scratch.spectrum, count: binCount))
        }
    }

    /// The signal whose spectrum is given: `inverse(forward(x))` is x again.
    public func inverse(_ spectrum: [SIMD2<Float>]) -> [Float] {
        precondition(spectrum.count == binCount, "\(spectrum.count) bins for a transform of size \(size)")
        return withScratch { scratch in
            for bin in 0..<binCount { scratch.spectrum[bin] = spectrum[bin] }
            fftwf_execute_dft_c2r(plans.inverse, scratch.complex, scratch.samples)
            let scale = 1 / Float(size)
            return (0..<size).map { scratch.samples[$0] * scale }
        }
    }

    // MARK: Without allocation

    /// Room for one signal and its spectrum, aligned for the vector instructions of FFTW.
    ///
    /// Pointers, since a transform runs a hundred times per second of sound.
    struct Scratch {
        let samples: UnsafeMutablePointer<Float>
        let spectrum: UnsafeMutablePointer<SIMD2<Float>>

        fileprivate var complex: UnsafeMutablePointer<fftwf_complex> {
            UnsafeMutableRawPointer(spectrum).assumingMemoryBound(to: fftwf_complex.self)
        }
    }

    func withScratch<Result>(_ body: (Scratch) -> Result) -> Result {
        let alignment = 64
        let spectrumOffset = (size * MemoryLayout<Float>.stride + alignment - 1) / alignment * alignment
        let byteCount = spectrumOffset + binCount * MemoryLayout<SIMD2<Float>>.stride
        return withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: alignment) { bytes in
            let start = bytes.baseAddress!  // never empty
            return body(
                Scratch(
                    samples: start.bindMemory(to: Float.self, capacity: size),
                    spectrum: (start + spectrumOffset).bindMemory(to: SIMD2<Float>.self, capacity: binCount)))
        }
    }

    /// Transforms `scratch.samples` into `scratch.spectrum`.
    func forward(_ scratch: Scratch) {
        fftwf_execute_dft_r2c(plans.forward, scratch.samples, scratch.complex)
    }
}
