public import Tensors

/// Stripes of a spectrogram that are blotted out by chance: SpecAugment without warping (Park et al. 2019).
public struct SpectrogramMasking: Sendable, Equatable {
    public var bandMasks: Int
    /// Bands that a mask has at most.
    public var bandWidth: Int
    public var timeMasks: Int
    /// Part of the frames that a mask has at most.
    public var timeShare: Float

    public init(bandMasks: Int, bandWidth: Int, timeMasks: Int, timeShare: Float) {
        precondition(
            bandMasks >= 0 && bandWidth >= 0 && timeMasks >= 0 && (0...1).contains(timeShare),
            "\(bandMasks) masks of \(bandWidth) bands, \(timeMasks) of \(timeShare) of the frames")
        (self.bandMasks, self.bandWidth, self.timeMasks, self.timeShare) = (bandMasks, bandWidth, timeMasks, timeShare)
    }

    /// Masked places have the mean of the whole. Shapes: `[frames, bands]`, and the same.
    public func callAsFunction(_ spectrogram: Tensor, using random: inout RandomSource) -> Tensor {
        precondition(spectrogram.rank == 2, "a spectrogram of the shape \(spectrogram.shape)")
        let (frames, bands) = (spectrogram.shape[0], spectrogram.shape[1])
        var values = spectrogram.floats()
        let mean = Float(values.reduce(0.0) { $0 + Double($1) } / Double(max(1, values.count)))
        for _ in 0..<bandMasks {
            let masked = Self.stripe(of: bands, atMost: bandWidth, &random)
            for frame in 0..<frames { for band in masked { values[frame * bands + band] = mean } }
        }
        for _ in 0..<timeMasks {
            let masked = Self.stripe(of: frames, atMost: Int(timeShare * Float(frames)), &random)
            for index in masked.lowerBound * bands..<masked.upperBound * bands { values[index] = mean }
        }
        return Tensor(values, shape: spectrogram.shape)
    }

    /// A stripe of a width from 0 to `limit`, wherever it fits.
    private static func stripe(of extent: Int, atMost limit: Int, _ random: inout RandomSource) -> Range<Int> {
        let width = Int(random.next() % UInt64(min(limit, extent) + 1))
        let start = Int(random.next() % UInt64(extent - width + 1))
        return start..<start + width
    }
}
