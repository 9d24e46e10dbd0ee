public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Recordings of noise that are mixed into others.
public struct BackgroundNoise: Sendable, Equatable {
    public var recordings: SoundCollection
    /// With which one of them is mixed in.
    public var probability: Float
    /// Decibels of the sound's power over that of the noise, drawn evenly.
    public var signalToNoise: ClosedRange<Float>

    public init(_ recordings: SoundCollection, probability: Float = 0.5, signalToNoise: ClosedRange<Float> = 5...20) {
        precondition((0...1).contains(probability), "a probability of noise of \(probability)")
        (self.recordings, self.probability, self.signalToNoise) = (recordings, probability, signalToNoise)
    }

    /// Mixes a part of one of the recordings in, beginning anywhere; one that is too short begins again.
    public func callAsFunction(
        _ samples: [Float], using random: inout RandomSource
    ) throws(AudioError) -> [Float] {
        guard random.uniform() < probability, !samples.isEmpty else { return samples }
        let number = Int(random.next() % UInt64(recordings.count))
        let position = random.next()
        let ratio =
            signalToNoise.lowerBound
            + random.uniform() * (signalToNoise.upperBound - signalToNoise.lowerBound)
        let recording = try recordings.samples(number)
        let start = Int(position % UInt64(recording.count))
        let noise = samples.indices.map { recording[(start + $0) % recording.count] }
        let noisePower = power(noise)
        guard noisePower > 0 else { return samples }
        let factor = Float((power(samples) / noisePower / pow(10, Double(ratio) / 10)).squareRoot())
        return zip(samples, noise).map { $0 + factor * $1 }
    }
}

/// The mean square.
func power(_ samples: [Float]) -> Double {
    samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
}
