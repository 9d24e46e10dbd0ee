import Audio
import Foundation
import TestKit
import Testing

extension AudioStream {
    /// Everything that is left, in pieces of `pieceSize`.
    func readAll(pieceSize: Int = 480_000) throws -> [Float] {
        var samples: [Float] = []
        while true {
            let piece = try read(count: pieceSize)
            if piece.isEmpty { return samples }
            samples += piece
        }
    }
}

@Suite struct AudioStreamTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func readAll(_ path: String, sampleRate: Int = 16_000) throws -> [Float] {
        try AudioStream(opening: .file(path), sampleRate: sampleRate).readAll()
    }

    @Test(arguments: ZooFormat.all) func readsEveryFormat(format: ZooFormat) throws {
        let rate = format.description == "WAV GSM 6.10" ? 8_000 : 16_000
        let samples = tones(count: rate, sampleRate: rate)
        let path = folder.path("sound")
        guard format.write(samples, to: path, sampleRate: rate) else {
            return  // this libsndfile was built without the format
        }
        let stream = try AudioStream(opening: .file(path), sampleRate: rate)
        #expect(stream.sourceFormat.channelCount == 1)
        let read = try stream.readAll()
        #expect(stream.warnings == [])
        if let tolerance = format.tolerance {
            // Block codecs fill up their last block.
            #expect(read.count >= samples.count && read.count <= samples.count + 2048)
            #expect(largestDifference(Array(read.prefix(samples.count)), samples) <= tolerance)
        } else {
            #expect(abs(read.count - samples.count) <= rate / 10)
            #expect(abs(level(read) / level(samples) - 1) < 0.1)
        }
        #expect(abs((stream.durationHint ?? 0) - 1) < 0.15)
    }

    @Test func leavesSamplesAtTheWantedRateAlone() throws {
        var samples = tones(count: 50_001)
        samples[7] = 1.75  // floats may exceed full scale
        try WaveWriter.write(samples, to: folder.path("a.wav"), sampleRate: 16_000, encoding: .float32)
        #expect(try readAll(folder.path("a.wav")) == samples)
    }

    @Test(arguments: [1, 7, 4_096, 16_384, 100_000]) func piecesMakeUpTheWhole(pieceSize: Int) throws {
        let samples = tones(count: 40_000, sampleRate: 44_100)
        let count = pieceSize == 1 ? 2_000 : samples.count
        let path = folder.path("a.wav")
        try WaveWriter.write(Array(samples.prefix(count)), to: path, sampleRate: 44_100, encoding: .float32)
        let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
        #expect(try stream.readAll(pieceSize: pieceSize) == readAll(path))
        #expect(try stream.read(count: 5) == [])
    }

    @Test(arguments: [2, 3, 64]) func averagesChannels(channelCount: Int) throws {
        let channels = (0..<channelCount).map { tones(count: 3_000, frequencies: [100 + 50 * Double($0)]) }
        let interleaved = (0..<3_000).flatMap { frame in channels.map { $0[frame] } }
        let path = folder.path("a.wav")
        try WaveWriter.write(
            interleaved, to: path, sampleRate: 16_000, channelCount: channelCount, encoding: .float32)
        let expected = (0..<3_000).map { frame in
            Float(channels.reduce(0.0) { $0 + Double($1[frame]) } / Double(channelCount))
        }
        #expect(largestDifference(try readAll(path), expected) < 1e-6)
    }

    @Test func zeroSamplesAreValid() throws {
        try WaveWriter.write([], to: folder.path("a.wav"), sampleRate: 8_000)
        #expect(try readAll(folder.path("a.wav")) == [])
    }

    @Test func tellsWhatItFound() throws {
        let path = folder.path("a.wav")
        try WaveWriter.write(tones(count: 44_100), to: path, sampleRate: 22_050, channelCount: 2, encoding: .integer24)
        let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
        #expect(stream.sourceFormat.description == "WAV (Microsoft), Signed 24 bit PCM, 22050 Hz, stereo")
        #expect(stream.durationHint == 1)
    }

    // MARK: Incomplete and odd headers

    @Test(arguments: ["WAV 16 bit", "AIFF", "AU", "FLAC 16 bit"])
    func readsWhatIsLeftOfACutFile(name: String) throws {
        let format = try #require(ZooFormat.all.first { $0.description == name })
        let samples = tones(count: 160_000)
        #expect(format.write(samples, to: folder.path("whole"), sampleRate: 16_000))
        let bytes = try folder.bytes("whole")
        let path = try folder.write(bytes.prefix(bytes.count / 2), to: "cut")
        let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
        let read = try stream.readAll()
        #expect(abs(read.count - 80_000) < 8_000)
        #expect(largestDifference(read, Array(samples.prefix(read.count))) <= 1.5 / 32_768)
        guard case .endsEarly(path, let seconds, let declared?)? = stream.warnings.last else {
            Issue.record("no warning of the missing end: \(stream.warnings)")
            return
        }
        #expect(seconds == Double(read.count) / 16_000)
        #expect(abs(declared - 10) < 0.01)
    }

    @Test func noticesAnOggWithoutItsEnd() throws {
        let format = try #require(ZooFormat.all.first { $0.description == "Ogg Vorbis" })
        guard format.write(tones(count: 160_000), to: folder.path("whole"), sampleRate: 16_000) else { return }
        let bytes = try folder.bytes("whole")
        let path = try folder.write(bytes.prefix(bytes.count * 3 / 4), to: "cut")
        let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
        let read = try stream.readAll()
        #expect(read.count > 16_000 && read.count < 160_000)
        let seconds = Double(read.count) / 16_000
        #expect(stream.warnings == [.endsEarly(source: path, seconds: seconds, declaredSeconds: nil)])
        #expect(stream.durationHint == nil)
    }

    /// The decoder estimates the length from the first frames, here the largest ones.
    @Test func readsTheWholeOfAnMP3WithoutALength() throws {
        let format = try #require(ZooFormat.all.first { $0.description == "MP3" })
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<48_000).map { _ in Float.random(in: -0.5...0.5, using: &generator) }
        let samples = noise + [Float](repeating: 0, count: 480_000) + tones(count: 48_000)
        let path = folder.path("a.mp3")
        guard format.write(samples, to: path, sampleRate: 16_000, hasVariableBitRate: true) else { return }
        var bytes = try folder.bytes("a.mp3")
        for name in ["Xing", "Info"] {
            if let start = bytes.prefix(4096).indices.first(where: { bytes[$0...].starts(with: name.utf8) }) {
                bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0, 0])
            }
        }
        let stream = try AudioStream(opening: .file(try folder.write(bytes, to: "b.mp3")), sampleRate: 16_000)
        let read = try stream.readAll()
        #expect(abs(read.count - samples.count) < 8_000)
        #expect(level(read.suffix(40_000)) > 0.2)
        #expect(stream.warnings == [])
        #expect(stream.durationHint == nil)
    }

    /// ffmpeg and sox write such headers into pipes, recorders leave them behind when they are cut off.
    @Test(arguments: [0xFFFF_FFFF, 0x7FFF_FFFF, 0] as [UInt32]) func unknownDataLengthMeansToTheEnd(length: UInt32)
        throws
    {
        let samples = tones(count: 10_000)
        try WaveWriter.write(samples, to: folder.path("a.wav"), sampleRate: 16_000)
        let expected = try readAll(folder.path("a.wav"))
        var bytes = try folder.bytes("a.wav")
        for offset in [4, 40] { withUnsafeBytes(of: length) { bytes.replaceSubrange(offset..<offset + 4, with: $0) } }
        let stream = try AudioStream(opening: .file(try folder.write(bytes, to: "b.wav")), sampleRate: 16_000)
        #expect(try stream.readAll() == expected)
        #expect(stream.warnings == [])
    }
}
