import Audio
import Foundation
import TestKit
import Testing

@Suite struct WaveWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: WaveWriter.Encoding.allCases) func writesWhatIsReadBack(encoding: WaveWriter.Encoding) throws {
        let samples = tones(count: 20_000, sampleRate: 24_000)
        let path = folder.path("a.wav")
        let writer = try WaveWriter(path: path, sampleRate: 24_000, encoding: encoding)
        try writer.append(Array(samples[..<7_001]))
        try writer.append([])
        try writer.append(Array(samples[7_001...]))
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.finish()
        #expect(try folder.names == ["a.wav"])
        let read = try AudioStream(opening: .file(path), sampleRate: 24_000).readAll()
        let tolerance: Float =
            switch encoding {
            case .integer16: 1.5 / 32_768
            case .integer24: 1.5 / 8_388_608
            case .float32: 0
            }
        #expect(largestDifference(read, samples) <= tolerance)
    }

    @Test func limitsWhatExceedsFullScale() throws {
        try WaveWriter.write([1.5, -1.5, 0.5], to: folder.path("a.wav"), sampleRate: 16_000)
        let read = try AudioStream(opening: .file(folder.path("a.wav")), sampleRate: 16_000).readAll()
        #expect(largestDifference(read, [1, -1, 0.5]) <= 1.5 / 32_768)
    }

    @Test func equalSoundGivesEqualBytes() throws {
        for name in ["a.wav", "b.wav"] {
            try WaveWriter.write(tones(count: 99), to: folder.path(name), sampleRate: 16_000, encoding: .float32)
        }
        #expect(try folder.bytes("a.wav") == folder.bytes("b.wav"))
    }

    @Test func leavesNothingHalfWritten() throws {
        try folder.write("as it was", to: "a.wav")
        do {
            let writer = try WaveWriter(path: folder.path("a.wav"), sampleRate: 16_000)
            try writer.append([0.1, 0.2])
            #expect(throws: AudioError.self) { try writer.append([.nan]) }
        }
        #expect(try folder.names == ["a.wav"])
        #expect(try folder.bytes("a.wav") == Array("as it was".utf8))
    }

    @Test func followsLinksAndLeavesDevicesAlone() throws {
        try folder.write([0], to: "real.wav")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.wav"), withDestinationPath: folder.path("real.wav"))
        try WaveWriter.write([0.5], to: folder.path("link.wav"), sampleRate: 16_000)
        #expect(try folder.bytes("real.wav").count > 44)
        #expect(throws: AudioError.cannotWrite(path: "/dev/null", message: "it is not a regular file")) {
            _ = try WaveWriter(path: "/dev/null", sampleRate: 16_000)
        }
        #expect(throws: AudioError.cannotWrite(path: folder.path, message: "it is a folder")) {
            _ = try WaveWriter(path: folder.path, sampleRate: 16_000)
        }
        #expect(throws: AudioError.self) {
            _ = try WaveWriter(path: folder.path("absent/a.wav"), sampleRate: 16_000)
        }
    }
}
