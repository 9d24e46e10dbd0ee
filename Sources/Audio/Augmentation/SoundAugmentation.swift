public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Random changes to a recording that leave what is said in it as it is.
public struct SoundAugmentation: Sendable, Equatable {
    /// Factors of the speed, of which one is drawn; pitch goes along (Ko et al. 2015).
    public var speeds: [Double]
    /// Decibels that are added, drawn evenly.
    public var gain: ClosedRange<Float>?
    /// With which noise is added.
    public var noiseProbability: Float
    /// Decibels of the sound's power over that of the noise, drawn evenly.
    public var signalToNoise: ClosedRange<Float>
    /// Rooms that recordings are put into, before anything but their speed changes.
    public var reverberation: Reverberation?
    /// Recordings of noise, which are added last.
    public var background: BackgroundNoise?

    public init(
        speeds: [Double] = [], gain: ClosedRange<Float>? = nil, noiseProbability: Float = 0,
        signalToNoise: ClosedRange<Float> = 10...30, reverberation: Reverberation? = nil,
        background: BackgroundNoise? = nil
    ) {
        precondition(
            speeds.allSatisfy { (0.25...4).contains($0) } && (0...1).contains(noiseProbability),
            "speeds \(speeds), a probability of noise of \(noiseProbability)")
        (self.speeds, self.gain) = (speeds, gain)
        (self.noiseProbability, self.signalToNoise) = (noiseProbability, signalToNoise)
        (self.reverberation, self.background) = (reverberation, background)
    }

    /// - Parameter sampleRate: hertz, of `samples` and of the result.
    public func callAsFunction(
        _ samples: [Float], sampleRate: Int, using random: inout RandomSource
    ) throws(AudioError) -> [Float] {
        var result = samples
        if !speeds.isEmpty {
            let speed = speeds[Int(random.next() % UInt64(speeds.count))]
            result = try changeSpeed(result, by: speed, sampleRate: sampleRate)
        }
        if let reverberation { result = try reverberation(result, sampleRate: sampleRate, using: &random) }
        if let gain {
            let factor = Self.factor(gain, &random)
            for index in result.indices { result[index] *= factor }
        }
        if random.uniform() < noiseProbability { addNoise(to: &result, &random) }
        if let background { result = try background(result, using: &random) }
        return result
    }

    private static func factor(_ decibels: ClosedRange<Float>, _ random: inout RandomSource) -> Float {
        pow(10, (decibels.lowerBound + random.uniform() * (decibels.upperBound - decibels.lowerBound)) / 20)
    }

    /// Noise between white and brown: a leak of 0 leaves every sample for itself, one near 1 sums them up.
    private func addNoise(to samples: inout [Float], _ random: inout RandomSource) {
        let ratio = Self.factor(signalToNoise, &random)
        let leak = random.uniform() * 0.98
        // The power of what the leak makes of numbers that are spread evenly over ±1.
        let ownPower = 1.0 / 3 / (1 - Double(leak) * Double(leak))
        let scale = Float((power(samples) / ownPower).squareRoot()) / ratio
        var last: Float = 0
        for index in samples.indices {
            last = leak * last + (2 * random.uniform() - 1)
            samples[index] += scale * last
        }
    }
}

/// `samples` spoken so many times as fast, and as high.
///
/// - Parameter sampleRate: hertz.
public func changeSpeed(
    _ samples: [Float], by factor: Double, sampleRate: Int
) throws(AudioError) -> [Float] {
    precondition((0.25...4).contains(factor), "a speed of \(factor)")
    let rate = Int((Double(sampleRate) * factor).rounded())
    if rate == sampleRate || samples.isEmpty { return samples }
    let resampler = try Resampler(from: rate, to: sampleRate, source: "a change of speed")
    var result: [Float] = []
    try resampler.process(samples, appendingTo: &result)
    try resampler.finish(appendingTo: &result)
    return result
}
