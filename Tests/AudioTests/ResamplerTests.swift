import Audio
import Foundation
import TestKit
import Testing

@Suite struct ResamplerTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func resampled(_ samples: [Float], from rate: Int, to wanted: Int = 16_000) throws -> [Float] {
        let path = folder.path("\(rate).wav")
        try WaveWriter.write(samples, to: path, sampleRate: rate, encoding: .float32)
        return try AudioStream(opening: .file(path), sampleRate: wanted).readAll()
    }

    @Test(arguments: [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 768_000])
    func keepsATone(rate: Int) throws {
        let count = rate * 2 + 37
        let output = try resampled(tones(count: count, sampleRate: rate, frequencies: [1_000]), from: rate)
        #expect(abs(output.count - Int((Double(count) * 16_000 / Double(rate)).rounded())) <= 1)
        let expected = tones(count: output.count, frequencies: [1_000])
        // Near the ends the tone begins and ends abruptly, which is no band-limited signal.
        let inner = 1_000..<output.count - 1_000
        #expect(largestDifference(Array(output[inner]), Array(expected[inner])) < 2e-5)
    }

    @Test(arguments: [(44_100, 9_000.0), (44_100, 12_000), (48_000, 8_800), (48_000, 20_000), (22_050, 10_500)])
    func removesWhatLiesAboveTheNyquistFrequency(rate: Int, frequency: Double) throws {
        let input = tones(count: rate * 2, sampleRate: rate, frequencies: [frequency])
        let output = try resampled(input, from: rate)
        let attenuation = 20 * log10(level(input) / level(output[2_000..<output.count - 2_000]))
        #expect(attenuation > 100, "only \(attenuation) dB")
    }

    @Test(arguments: [0, 1, 2, 3, 100]) func handlesShortSignals(count: Int) throws {
        let output = try resampled([Float](repeating: 0.1, count: count), from: 44_100)
        #expect(abs(output.count - Int((Double(count) * 16_000 / 44_100).rounded())) <= 1)
        #expect(output.allSatisfy { $0.magnitude < 0.2 })
    }
}
