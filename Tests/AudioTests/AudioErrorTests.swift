import Audio
import Foundation
import TestKit
import Testing

@Suite struct AudioErrorTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func failure(_ path: String) -> AudioError? {
        #expect(throws: AudioError.self) {
            _ = try AudioStream(opening: .file(path), sampleRate: 16_000).readAll()
        }
    }

    @Test func namesWhatIsInTheWay() throws {
        #expect(failure(folder.path("absent.wav")) == .notFound(source: folder.path("absent.wav")))
        #expect(failure(folder.path("absent/a.wav")) == .notFound(source: folder.path("absent/a.wav")))
        #expect(failure(folder.path) == .isDirectory(source: folder.path))
        let empty = try folder.write([UInt8](), to: "empty.wav")
        #expect(failure(empty) == .isEmpty(source: empty))
        let locked = try folder.write([1, 2, 3], to: "locked.wav")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: locked)
        // The superuser may read everything; the content is then found to be no sound.
        let expected: AudioError =
            geteuid() == 0 ? .notAudio(source: locked, content: nil) : .notPermitted(source: locked)
        #expect(failure(locked) == expected)
    }

    static let contents: [(name: String, bytes: [UInt8], kind: ContentKind?)] = [
        ("text", Array("Four score and seven years ago\n".utf8), .text),
        ("text beyond ASCII", Array("Où sont les neiges d’antan ?\n".utf8), .text),
        ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13], .portableNetworkGraphics),
        ("M4A", [0, 0, 0, 0x20] + Array("ftypM4A ".utf8) + [UInt8](repeating: 0, count: 40), .mpeg4),
        ("WebM", [0x1A, 0x45, 0xDF, 0xA3, 1, 2, 3, 4, 5, 6, 7, 8], .matroska),
        ("ZIP", [0x50, 0x4B, 3, 4, 20, 0, 0, 0], .zip),
        ("zeros", [UInt8](repeating: 0, count: 5_000), nil),
        ("one byte", [0x80], nil),
    ]

    @Test(arguments: contents.indices) func saysWhatANonAudioFileLooksLike(index: Int) throws {
        let (_, bytes, kind) = Self.contents[index]
        let path = try folder.write(bytes, to: "sound.wav")
        #expect(failure(path) == .notAudio(source: path, content: kind))
    }

    @Test func tellsHowToMend() {
        let message = AudioError.notAudio(source: "a.m4a", content: .mpeg4).description
        #expect(message.hasPrefix("a.m4a: an MPEG-4 file") && message.contains("ffmpeg -i"))
    }

    @Test func everyCutThroughAHeaderIsAnError() throws {
        for name in ["WAV 16 bit", "AIFF", "FLAC 16 bit", "Ogg Vorbis"] {
            let format = try #require(ZooFormat.all.first { $0.description == name })
            guard format.write(tones(count: 5_000), to: folder.path("whole"), sampleRate: 16_000) else { continue }
            let bytes = try folder.bytes("whole")
            for count in 4..<min(44, bytes.count) {
                let path = try folder.write(bytes.prefix(count), to: "cut")
                guard case .malformed(path, let message)? = failure(path) else {
                    Issue.record("\(name) cut after \(count) bytes: \(String(describing: failure(path)))")
                    return
                }
                #expect(!message.isEmpty)
            }
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 1e30]) func refusesWhatIsNoSample(value: Float) throws {
        var samples = tones(count: 40_000)
        samples[24_000] = value
        samples[30_000] = value
        let path = folder.path("a.wav")
        #expect(ZooFormat.all.first { $0.description == "WAV float" }!.write(samples, to: path, sampleRate: 16_000))
        #expect(failure(path) == .invalidSample(source: path, seconds: 1.5, value: "\(value)"))
        #expect(AudioError.invalidSample(source: path, seconds: 1.5, value: "nan").description.contains("at 1.500 s"))
    }

    @Test(arguments: [(0, 1), (1, 1), (999, 1), (768_001, 1), (Int(UInt32.max), 1), (16_000, 0), (16_000, 65)])
    func refusesAbsurdHeaders(rate: Int, channelCount: Int) throws {
        try WaveWriter.write(tones(count: 260), to: folder.path("a.wav"), sampleRate: 16_000)
        var bytes = try folder.bytes("a.wav")
        bytes.replaceSubrange(22..<24, with: [UInt8(channelCount), 0])
        withUnsafeBytes(of: UInt32(rate)) { bytes.replaceSubrange(24..<28, with: $0) }
        let path = try folder.write(bytes, to: "b.wav")
        switch failure(path) {
        case .sampleRateOutOfRange(path, rate): break
        case .channelCountOutOfRange(path, channelCount): break
        case .malformed(path, _): break  // libsndfile refuses 0 and negative numbers by itself
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test func unknownEncodingIsNamed() throws {
        try WaveWriter.write(tones(count: 100), to: folder.path("a.wav"), sampleRate: 16_000)
        var bytes = try folder.bytes("a.wav")
        bytes[20] = 0x61  // WMA 2 inside WAV
        bytes[21] = 0x01
        let path = try folder.write(bytes, to: "b.wav")
        switch failure(path) {
        case .unsupportedEncoding(path, let message), .malformed(path, let message): #expect(!message.isEmpty)
        case let other: Issue.record("\(String(describing: other))")
        }
    }
}
