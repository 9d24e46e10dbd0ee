import Foundation
import Tensors
import TestKit
import Testing

@testable import Audio

/// Noises that are mixed in, and rooms.
@Suite struct SurroundingsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func noise(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in 0.2 * random.normal() }
    }

    private func file(_ name: String, _ samples: [Float]) throws -> String {
        try WaveWriter.write(samples, to: folder.path(name), sampleRate: 16_000)
        return folder.path(name)
    }

    /// The sum as it is written.
    private func slowConvolution(_ signal: [Float], _ response: [Float]) -> [Float] {
        var result = [Double](repeating: 0, count: signal.count + response.count - 1)
        for (time, value) in signal.enumerated() {
            for (delay, weight) in response.enumerated() { result[time + delay] += Double(value) * Double(weight) }
        }
        return result.map { Float($0) }
    }

    @Test(arguments: [(1, 1), (5, 3), (3, 5), (1_500, 1), (1, 1_500), (4_000, 700), (700, 4_000), (1_024, 1_024)])
    func convolutionIsTheSumOfItsDefinition(sizes: (signal: Int, response: Int)) {
        let (signal, response) = (noise(sizes.signal, seed: 1), noise(sizes.response, seed: 2))
        let found = convolution(signal, with: response)
        expectClose(
            Tensor(found, shape: [found.count]), Tensor(slowConvolution(signal, response), shape: [found.count]),
            relative: 1e-5, absolute: 1e-6)
    }

    @Test func noiseIsAPartOfARecordingAtItsRatio() throws {
        let recording = noise(3_000, seed: 3)
        let collection = try SoundCollection(
            files: [file("noise.wav", recording)], sampleRate: 16_000, longest: 60)
        let samples = (0..<8_000).map { Float(0.3 * sin(Double($0) * 0.1)) }
        var starts: Set<Int> = []
        for seed in 0..<8 as Range<UInt64> {
            var random = RandomSource(seed: seed)
            let mixed = try BackgroundNoise(collection, probability: 1, signalToNoise: 12...12)(samples, using: &random)
            let added = zip(mixed, samples).map { $0 - $1 }
            #expect(abs(10 * log10(power(samples) / power(added)) - 12) < 1e-2)
            // Somewhere in the recording, which begins again after its end.
            let scale = Float((power(added) / power(recording)).squareRoot())
            let start = try #require(
                recording.indices.first { start in
                    (0..<40).allSatisfy { abs(added[$0] - scale * recording[(start + $0) % 3_000]) < 0.1 * scale }
                })
            #expect(added.indices.allSatisfy { abs(added[$0] - scale * recording[(start + $0) % 3_000]) < 0.1 * scale })
            starts.insert(start)
        }
        #expect(starts.count > 4)
    }

    @Test func aRecordedRoomAnswersAtTheSameTimeAndLoudness() throws {
        // An answer that begins before its peak.
        var response = noise(600, seed: 4).enumerated().map { $1 * Float(exp(-Double($0) / 100)) * 0.5 }
        response[20] = 0.9
        let collection = try SoundCollection(
            files: [file("room.wav", response)], sampleRate: 16_000, longest: 2)
        let samples = noise(4_000, seed: 5)
        var random = RandomSource(seed: 1)
        let found = try Reverberation(.recorded(collection), probability: 1)(
            samples, sampleRate: 16_000, using: &random)
        let expected = Array(slowConvolution(samples, response)[20..<4_020])
        let factor = Float((power(samples) / power(expected)).squareRoot())
        #expect(found.count == samples.count)
        // The file has 16 bits.
        #expect(largestRelativeDifference(found, expected.map { $0 * factor }) < 1e-3)
        #expect(abs(power(found) / power(samples) - 1) < 1e-4)
    }

    @Test func generatedRoomsDieAwayAsDrawn() {
        var random = RandomSource(seed: 6)
        let room = GeneratedRoom(decay: 0.5...0.5, delay: 0.01...0.01, directness: 3...3)
        let response = room.response(sampleRate: 16_000, using: &random)
        #expect(response.count == 160 + 8_000 && response[0] == 1 && response[1..<160].allSatisfy { $0 == 0 })
        let tail = Array(response[160...])
        #expect(abs(10 * log10(1 / (power(tail) * Double(tail.count))) - 3) < 1e-2)
        // 60 dB in half a second are 12 dB in each tenth.
        for part in 0..<4 {
            let levels = (part...part + 1).map { 10 * log10(power(Array(tail[1_600 * $0..<1_600 * ($0 + 1)]))) }
            #expect(abs(levels[0] - levels[1] - 12) < 1)
        }
        #expect(room.response(sampleRate: 16_000, using: &random) != response)
    }

    @Test func theSameSourceMakesTheSameChangesAndNothingIsDrawnForWhatIsNot() throws {
        let collection = try SoundCollection(
            files: [file("a.wav", noise(500, seed: 7)), file("b.wav", noise(900, seed: 8))], sampleRate: 16_000,
            longest: 60)
        let plain = SoundAugmentation(speeds: [0.9, 1.1], gain: -6...6)
        var rich = plain
        rich.reverberation = Reverberation(.generated(GeneratedRoom()), probability: 0.5)
        rich.background = BackgroundNoise(collection, probability: 0.5)
        func changed(_ augmentation: SoundAugmentation, _ seed: UInt64) throws -> [Float] {
            var random = RandomSource(seed: seed)
            return try augmentation(noise(4_000, seed: 9), sampleRate: 16_000, using: &random)
        }
        var differences = 0
        for seed in 0..<12 as Range<UInt64> {
            #expect(try changed(rich, seed) == changed(rich, seed))
            if try changed(rich, seed) != changed(plain, seed) { differences += 1 }
        }
        #expect(differences > 3)
        var silent = RandomSource(seed: 1)
        let zeros = [Float](repeating: 0, count: 100)
        rich.reverberation?.probability = 1
        rich.background?.probability = 1
        #expect(try rich(zeros, sampleRate: 16_000, using: &silent).allSatisfy { $0 == 0 })
        #expect(try rich([], sampleRate: 16_000, using: &silent).isEmpty)
    }

    @Test func filesAreReadOnceOrEachTimeAlike() throws {
        let files = [try file("a.wav", noise(40_000, seed: 10)), try file("b.wav", noise(100, seed: 11))]
        let kept = try SoundCollection(files: files, sampleRate: 16_000, longest: 1)
        let read = try SoundCollection(files: files, sampleRate: 16_000, longest: 1, keeping: 0)
        #expect(try kept.samples(0).count == 16_000 && kept.samples(1).count == 100)
        for number in 0..<2 { #expect(try kept.samples(number) == read.samples(number)) }
        #expect(throws: AudioError.notFound(source: folder.path("none.wav"))) {
            try SoundCollection(files: files + [folder.path("none.wav")], sampleRate: 16_000, longest: 1)
        }
        try FileManager.default.removeItem(atPath: files[1])
        #expect(throws: AudioError.notFound(source: files[1])) { try read.samples(1) }
    }
}
