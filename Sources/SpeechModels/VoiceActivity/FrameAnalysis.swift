import Audio

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What one frame sounds like, measured on 1024 samples around its middle under a Hann window.
struct FrameObservation {
    /// Mean power per bin of each band, dB of full scale, at least -90.
    var bandLevels: [Float]
    /// ``bandLevels`` smoothed over time, for the noise floor.
    var smoothedLevels: [Float]
    /// The largest normalised autocorrelation at the periods of voices, 80 to 400 Hz, of what lies below 2 kHz; corrected
    /// for the window after Boersma 1993, "Accurate short-term analysis of the fundamental frequency".
    var periodicity: Float
    /// Geometric over arithmetic mean of the power from 150 Hz to 4 kHz, dB: near -2.5 for noise, far lower for tones.
    var flatness: Float
}

/// Measures frames; knows the level of those before only for smoothing.
struct FrameAnalysis {
    static let windowSize = 1024
    static let bandCount = 8
    /// -90 dB.
    private static let smallestPower: Float = 1e-9
    private static let smoothing: Float = 0.6

    /// First bins of the bands, and where the last one ends: 150 Hz to 4 kHz, where speech is.
    private static let bandEdges = [150, 300, 500, 750, 1050, 1450, 2000, 2800, 4000].map { bin(atHertz: $0) }
    private static let periods = 40..<200
    private static let periodicBins = bin(atHertz: 60)..<bin(atHertz: 2000)

    private let transform = RealFourierTransform(size: windowSize)
    private let window = Window.hann(size: windowSize)
    private let windowPower: Float
    /// The window's own circular autocorrelation, 1 at lag 0.
    private let windowCorrelation: [Float]
    private var smoothedPowers: [Float]?

    init() {
        windowPower = window.reduce(0) { $0 + $1 * $1 }
        let powers = transform.forward(window).map { SIMD2(($0 * $0).sum(), 0) }
        let correlation = transform.inverse(powers)
        windowCorrelation = correlation.map { $0 / correlation[0] }
    }

    mutating func observe(_ samples: ArraySlice<Float>) -> FrameObservation {
        precondition(samples.count == Self.windowSize, "\(samples.count) samples to observe")
        let spectrum = transform.forward(zip(samples, window).map(*))
        let powers = spectrum.map { ($0 * $0).sum() / windowPower }
        let bandPowers = (0..<Self.bandCount).map { band in
            let bins = Self.bandEdges[band]..<Self.bandEdges[band + 1]
            return powers[bins].reduce(0, +) / Float(bins.count)
        }
        let smoothed =
            smoothedPowers.map { before in
                zip(before, bandPowers).map { Self.smoothing * $0 + (1 - Self.smoothing) * $1 }
            } ?? bandPowers
        smoothedPowers = smoothed
        return FrameObservation(
            bandLevels: bandPowers.map(Self.level), smoothedLevels: smoothed.map(Self.level),
            periodicity: periodicity(powers), flatness: flatness(powers))
    }

    private func periodicity(_ powers: [Float]) -> Float {
        var kept = [SIMD2<Float>](repeating: .zero, count: powers.count)
        for bin in Self.periodicBins { kept[bin].x = powers[bin] }
        let correlation = transform.inverse(kept)
        let scale = correlation[0] + 1e-12
        return Self.periods.reduce(-1) { max($0, correlation[$1] / scale / windowCorrelation[$1]) }
    }

    private func flatness(_ powers: [Float]) -> Float {
        let bins = powers[Self.bandEdges[0]..<Self.bandEdges[Self.bandCount]]
        let count = Float(bins.count)
        let geometric = bins.reduce(0) { $0 + Self.level($1) } / count
        return geometric - Self.level(bins.reduce(0, +) / count)
    }

    private static func level(_ power: Float) -> Float { 10 * log10(power + smallestPower) }

    private static func bin(atHertz frequency: Int) -> Int {
        (frequency * windowSize + VoiceActivity.sampleRate / 2) / VoiceActivity.sampleRate
    }
}
