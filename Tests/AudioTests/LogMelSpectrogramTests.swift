import Audio
import Foundation
import Kernels
import Tensors
import Testing

/// The definition written out in double precision: a slow Fourier sum, full filter matrix, no shortcuts.
private func slowLogMel(_ samples: [Float], frames: Int, bands: Int) -> [Double] {
    let (size, hop, length) = (400, 160, frames * 160)
    let padded = (0..<length).map { $0 < samples.count ? Double(samples[$0]) : 0 }
    func mel(_ hertz: Double) -> Double { hertz < 1000 ? hertz / (200 / 3) : 15 + log(hertz / 1000) / (log(6.4) / 27) }
    func hertz(_ mel: Double) -> Double { mel < 15 ? mel * (200 / 3) : 1000 * exp((mel - 15) * (log(6.4) / 27)) }
    let corners = (0...bands + 1).map { hertz(mel(8000) * Double($0) / Double(bands + 1)) }
    var result: [Double] = []
    for frame in 0..<frames {
        let weighted = (0..<size).map { offset -> Double in
            var position = abs(frame * hop + offset - size / 2)
            if position >= length { position = 2 * (length - 1) - position }
            return padded[position] * (0.5 - 0.5 * cos(2 * .pi * Double(offset) / Double(size)))
        }
        let powers = (0...size / 2).map { bin -> Double in
            var (real, imaginary) = (0.0, 0.0)
            for (offset, value) in weighted.enumerated() {
                let angle = 2 * .pi * Double(bin * offset % size) / Double(size)
                real += value * cos(angle)
                imaginary -= value * sin(angle)
            }
            return real * real + imaginary * imaginary
        }
        for band in 0..<bands {
            var sum = 0.0
            for (bin, power) in powers.enumerated() {
                let frequency = Double(bin) * 40
                let rising = (frequency - corners[band]) / (corners[band + 1] - corners[band])
                let falling = (corners[band + 2] - frequency) / (corners[band + 2] - corners[band + 1])
                sum += power * max(0, min(rising, falling)) * 2 / (corners[band + 2] - corners[band])
            }
            result.append(log10(max(sum, 1e-10)))
        }
    }
    let floor = result.max()! - 8
    return result.map { (max($0, floor) + 4) / 4 }
}

@Suite struct LogMelSpectrogramTests {
    @Test(arguments: [(80, 2_000, 20), (128, 5_000, 20), (80, 3_200, 20), (80, 0, 3), (80, 1, 7), (80, 300, 40)])
    func agreesWithTheDefinition(bands: Int, sampleCount: Int, frames: Int) {
        let samples = (0..<sampleCount).map { index in
            let time = Float(index) / 16_000
            return 0.3 * sin(2 * .pi * (200 + 3000 * time) * time) + 0.001 * Float((index * 7919) % 101 - 50)
        }
        let spectrogram = LogMelSpectrogram(.whisper(bandCount: bands))(samples, frames: frames)
        #expect(spectrogram.shape == [frames, bands])
        let expected = slowLogMel(samples, frames: frames, bands: bands)
        let largestDifference = zip(spectrogram.floats(), expected).map { abs(Double($0) - $1) }.max()!
        #expect(largestDifference <= 2e-5 * expected.map(abs).max()!)
    }

    @Test func ignoresSamplesBeyondTheWindow() {
        let samples = (0..<8_000).map { Float(sin(Double($0) * 0.3)) }
        let mel = LogMelSpectrogram(.whisper())
        #expect(mel(samples, frames: 20).floats() == mel(Array(samples[..<3_200]), frames: 20).floats())
    }

    @Test func takesTheWholeSignalWithoutAFrameCount() {
        let samples = (0..<16_080).map { Float(sin(Double($0) * 0.3)) }
        let mel = LogMelSpectrogram(.whisper())
        #expect(mel(samples).shape == [100, 80])
        #expect(mel([]).shape == [0, 80])
        #expect(mel([Float](repeating: 0.5, count: 160)).shape == [1, 80])
        #expect(mel(Array(samples[..<16_000])).floats() == mel(samples, frames: 100).floats())
    }

    @Test func doesNotDependOnTheNumberOfThreads() {
        let before = Threads.count
        defer { Threads.setCount(before) }
        let samples = tones(count: 160_000)
        let mel = LogMelSpectrogram(.whisper())
        let results = [1, 2, 5].map { count in
            Threads.setCount(count)
            return mel(samples, frames: 1_000).floats()
        }
        #expect(results[0] == results[1] && results[0] == results[2])
    }

    @Test func silenceIsTheFloor() {
        let spectrogram = LogMelSpectrogram(.whisper())([], frames: 3_000).floats()
        #expect(spectrogram.allSatisfy { $0 == -1.5 })
    }
}
