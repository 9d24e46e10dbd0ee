import Audio
import Foundation
import Tensors
import Testing

@Suite struct RealFourierTransformTests {
    @Test(arguments: [1, 2, 3, 5, 8, 16, 31, 100, 400, 512, 1001]) func agreesWithTheSum(size: Int) {
        let samples = (0..<size).map { (index: Int) -> Float in Float((index * 7919 + 13) % 101) / 50 - 1 }
        let transform = RealFourierTransform(size: size)
        let spectrum = transform.forward(samples)
        #expect(spectrum.count == size / 2 + 1)
        for (bin, value) in spectrum.enumerated() {
            var (real, imaginary) = (0.0, 0.0)
            for (time, sample) in samples.enumerated() {
                let angle: Double = 2 * .pi * Double(bin * time % size) / Double(size)
                real += Double(sample) * cos(angle)
                imaginary -= Double(sample) * sin(angle)
            }
            let scale = Double(size).squareRoot()
            #expect(abs(Double(value.x) - real) < 1e-6 * scale && abs(Double(value.y) - imaginary) < 1e-6 * scale)
        }
        #expect(largestDifference(transform.inverse(spectrum), samples) < 1e-6)
    }

    @Test func manyThreadsShareAPlan() async {
        let samples = tones(count: 400)
        let expected = RealFourierTransform(size: 400).forward(samples)
        await withTaskGroup(of: Bool.self) { group in
            for size in 0..<32 {
                group.addTask {
                    _ = RealFourierTransform(size: 300 + size)
                    return (0..<200).allSatisfy { _ in RealFourierTransform(size: 400).forward(samples) == expected }
                }
            }
            for await agrees in group { #expect(agrees) }
        }
    }
}

@Suite struct SpectrogramTests {
    @Test func aToneStandsInItsBin() {
        let spectrogram = Spectrogram(frameSize: 512, hop: 100)
        let powers = spectrogram.powers(tones(count: 5_000, frequencies: [16_000.0 / 512 * 40]))
        #expect(powers.shape == [51, 257])
        let values = powers.floats()
        for frame in 4..<46 {
            let row = values[frame * 257..<(frame + 1) * 257]
            // 0.6 · n/4: half of the amplitude, times the mean of the Hann window, one half.
            #expect(abs(row[row.startIndex + 40].squareRoot() - 0.6 * 128) < 0.1)
            #expect(row.firstIndex(of: row.max()!)! - row.startIndex == 40)
        }
    }

    @Test func theWindowIsTheCallers() {
        let plain = Spectrogram(frameSize: 16, hop: 16, window: [Float](repeating: 1, count: 16))
        // The first frame is centred on sample 0: its left half mirrors the right.
        let first = plain.powers([Float](repeating: 0.5, count: 64)).floats().prefix(9)
        #expect(abs(first.first! - 64) < 1e-4 && first.dropFirst().allSatisfy { $0 < 1e-9 })
    }

    @Test func shortSignalsAreContinuedBySilence() {
        #expect(Spectrogram(frameSize: 400, hop: 160).powers([]).floats().allSatisfy { $0 == 0 })
        #expect(Spectrogram(frameSize: 400, hop: 160).powers([1]).shape == [1, 201])
    }
}
