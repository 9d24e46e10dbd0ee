import Foundation
import Tensors
import TestKit
import Testing

@testable import Audio

@Suite struct AugmentationTests {
    private func tone(_ frequency: Double, count: Int = 16_000) -> [Float] {
        (0..<count).map { Float(0.3 * sin(2 * Double.pi * frequency * Double($0) / 16_000)) }
    }

    /// The frequency with the most power, in hertz.
    private func pitch(_ samples: [Float]) -> Double {
        let spectrogram = Spectrogram(frameSize: 1_600, hop: 1_600).powers(samples)
        let bins = spectrogram.shape[1]
        let row = spectrogram.floats()[3 * bins..<4 * bins]
        return Double(row.firstIndex(of: row.max()!)! - row.startIndex) * 10
    }

    @Test func speedChangesLengthAndPitch() throws {
        let samples = tone(500)
        for factor in [0.8, 1.25] {
            let changed = try changeSpeed(samples, by: factor, sampleRate: 16_000)
            #expect(abs(Double(changed.count) - 16_000 / factor) <= 1)
            #expect(abs(pitch(changed) - 500 * factor) <= 10)
        }
        #expect(try changeSpeed(samples, by: 1, sampleRate: 16_000) == samples)
        #expect(try changeSpeed([], by: 0.9, sampleRate: 16_000).isEmpty)
    }

    @Test func gainAndNoiseHaveTheirDecibels() throws {
        func power(_ samples: [Float]) -> Double {
            samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)
        }
        let samples = tone(300)
        for seed in 0..<20 as Range<UInt64> {
            var random = RandomSource(seed: seed)
            let louder = try SoundAugmentation(gain: 6...6)(samples, sampleRate: 16_000, using: &random)
            #expect(abs(10 * log10(power(louder) / power(samples)) - 6) < 1e-3)
            let noisy = try SoundAugmentation(noiseProbability: 1, signalToNoise: 10...10)(
                samples, sampleRate: 16_000, using: &random)
            let ratio = 10 * log10(power(samples) / power(zip(noisy, samples).map { $0 - $1 }))
            // Brown noise of a second strays from its mean power.
            #expect(abs(ratio - 10) < 2, "\(ratio)")
        }
    }

    @Test func theSameSourceMakesTheSameChanges() throws {
        let augmentation = SoundAugmentation(speeds: [0.9, 1, 1.1], gain: -6...6, noiseProbability: 0.5)
        func changed(_ seed: UInt64) throws -> [Float] {
            var random = RandomSource(seed: seed)
            return try augmentation(tone(300), sampleRate: 16_000, using: &random)
        }
        #expect(try changed(4) == changed(4))
        #expect(try Set((0..<30).map { try changed($0).count }).count == 3)
        var random = RandomSource(seed: 1)
        #expect(try SoundAugmentation()(tone(300), sampleRate: 16_000, using: &random) == tone(300))
    }

    @Test func masksAreStripesOfTheMean() {
        let masking = SpectrogramMasking(bandMasks: 1, bandWidth: 4, timeMasks: 1, timeShare: 0.2)
        let spectrogram = Tensor.random([50, 10])
        let mean = spectrogram.floats().reduce(0, +) / 500
        var (widest, longest) = (0, 0)
        for seed in 0..<60 as Range<UInt64> {
            var random = RandomSource(seed: seed)
            let masked = masking(spectrogram, using: &random).floats()
            let isMasked = masked.map { abs($0 - mean) < 1e-6 }
            let bands = (0..<10).filter { band in (0..<50).allSatisfy { isMasked[$0 * 10 + band] } }
            let frames = (0..<50).filter { frame in (0..<10).allSatisfy { isMasked[frame * 10 + $0] } }
            for index in 0..<500 where !bands.contains(index % 10) && !frames.contains(index / 10) {
                #expect(masked[index] == spectrogram.floats()[index])
            }
            #expect(bands.isEmpty || bands == Array(bands[0]...bands[bands.count - 1]))
            (widest, longest) = (max(widest, bands.count), max(longest, frames.count))
        }
        #expect(widest == 4 && longest == 10)
    }
}
