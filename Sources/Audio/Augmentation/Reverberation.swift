public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The sound of rooms: a recording convolved with the answer of a room to an impulse.
public struct Reverberation: Sendable, Equatable {
    public enum Rooms: Sendable, Equatable {
        /// Answers that were recorded.
        case recorded(SoundCollection)
        /// Answers that are drawn anew each time.
        case generated(GeneratedRoom)
    }

    public var rooms: Rooms
    /// With which a recording is put into a room.
    public var probability: Float

    public init(_ rooms: Rooms, probability: Float = 0.4) {
        precondition((0...1).contains(probability), "a probability of reverberation of \(probability)")
        (self.rooms, self.probability) = (rooms, probability)
    }

    /// As long, as loud and at the same time as `samples`: what is heard directly stays where it is, and the answer to what
    /// comes last is cut off.
    ///
    /// - Parameter sampleRate: hertz.
    public func callAsFunction(
        _ samples: [Float], sampleRate: Int, using random: inout RandomSource
    ) throws(AudioError) -> [Float] {
        guard random.uniform() < probability, !samples.isEmpty else { return samples }
        let response: [Float]
        switch rooms {
        case .recorded(let collection): response = try collection.samples(Int(random.next() % UInt64(collection.count)))
        case .generated(let room): response = room.response(sampleRate: sampleRate, using: &random)
        }
        guard let loudest = response.map(abs).max(), loudest > 0,
            let direct = response.firstIndex(where: { abs($0) == loudest })
        else { return samples }
        let result = Array(convolution(samples, with: response)[direct..<direct + samples.count])
        let ownPower = power(result)
        guard ownPower > 0 else { return samples }
        let factor = Float((power(samples) / ownPower).squareRoot())
        return result.map { $0 * factor }
    }
}

/// A room whose answer to an impulse is the impulse and, a little later, noise that dies away exponentially (Polack 1988).
public struct GeneratedRoom: Sendable, Equatable {
    /// Seconds in which the noise falls by 60 dB, drawn evenly.
    public var decay: ClosedRange<Float>
    /// Seconds from the impulse to the noise, drawn evenly.
    public var delay: ClosedRange<Float>
    /// Decibels of the energy of the impulse over that of the noise, drawn evenly.
    public var directness: ClosedRange<Float>

    public init(
        decay: ClosedRange<Float> = 0.15...0.7, delay: ClosedRange<Float> = 0.002...0.02,
        directness: ClosedRange<Float> = -2...10
    ) {
        precondition(
            decay.lowerBound > 0 && decay.upperBound <= 10 && delay.lowerBound >= 0 && delay.upperBound <= 1,
            "rooms that answer for \(decay) s after \(delay) s")
        (self.decay, self.delay, self.directness) = (decay, delay, directness)
    }

    /// The answer, as long as the noise takes to fall by 60 dB. It begins with the impulse, which is 1.
    ///
    /// - Parameter sampleRate: hertz.
    public func response(sampleRate: Int, using random: inout RandomSource) -> [Float] {
        func drawn(_ range: ClosedRange<Float>) -> Double {
            Double(range.lowerBound + random.uniform() * (range.upperBound - range.lowerBound))
        }
        let (decay, delay, directness) = (drawn(decay), drawn(delay), drawn(directness))
        let rate = Double(sampleRate)
        let start = max(1, Int((delay * rate).rounded()))
        var tail = (0..<max(1, Int((decay * rate).rounded()))).map { index in
            Double(random.normal()) * pow(10, -3 * Double(index) / (decay * rate))
        }
        let energy = tail.reduce(0) { $0 + $1 * $1 }
        let factor = (pow(10, -directness / 10) / max(energy, .leastNormalMagnitude)).squareRoot()
        for index in tail.indices { tail[index] *= factor }
        return [1] + [Float](repeating: 0, count: start - 1) + tail.map { Float($0) }
    }
}
