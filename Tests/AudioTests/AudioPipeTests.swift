import Audio
import Foundation
import TestKit
import Testing

/// Named pipes take the same way as standard input.
@Suite struct AudioPipeTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A pipe into which another thread writes `bytes`, `blockSize` at a time.
    private func pipe(_ bytes: [UInt8], blockSize: Int = 65_536, name: String = "pipe") throws -> String {
        let path = folder.path(name)
        try #require(mkfifo(path, 0o600) == 0)
        Thread.detachNewThread {
            signal(SIGPIPE, SIG_IGN)  // a reader that gives up must not end the tests
            let descriptor = open(path, O_WRONLY)
            var sent = 0
            while sent < bytes.count {
                let written = bytes[sent..<min(sent + blockSize, bytes.count)].withUnsafeBytes {
                    write(descriptor, $0.baseAddress, $0.count)
                }
                if written <= 0 { break }
                sent += written
            }
            close(descriptor)
        }
        return path
    }

    @Test(arguments: ZooFormat.all) func readsEveryFormat(format: ZooFormat) throws {
        let samples = tones(count: 30_000, sampleRate: 8_000)
        guard format.write(samples, to: folder.path("sound"), sampleRate: 8_000) else { return }
        let expected = try AudioStream(opening: .file(folder.path("sound")), sampleRate: 16_000).readAll()
        let stream = try AudioStream(opening: .file(try pipe(folder.bytes("sound"))), sampleRate: 16_000)
        #expect(try stream.readAll() == expected)
        #expect(stream.warnings == [])
    }

    @Test(arguments: [0xFFFF_FFFF, 0x7FFF_FFFF] as [UInt32]) func lengthMayBeUnknown(length: UInt32) throws {
        try WaveWriter.write(tones(count: 50_000), to: folder.path("a.wav"), sampleRate: 16_000)
        let expected = try AudioStream(opening: .file(folder.path("a.wav")), sampleRate: 16_000).readAll()
        var bytes = try folder.bytes("a.wav")
        for offset in [4, 40] { withUnsafeBytes(of: length) { bytes.replaceSubrange(offset..<offset + 4, with: $0) } }
        let stream = try AudioStream(opening: .file(try pipe(bytes, blockSize: 999)), sampleRate: 16_000)
        #expect(stream.durationHint == nil)
        #expect(try stream.readAll() == expected)
        #expect(stream.warnings == [])
    }

    @Test func chunksAroundTheSoundAreNotSound() throws {
        try WaveWriter.write(tones(count: 5_000), to: folder.path("a.wav"), sampleRate: 16_000, encoding: .float32)
        let expected = try AudioStream(opening: .file(folder.path("a.wav")), sampleRate: 16_000).readAll()
        let bytes = try folder.bytes("a.wav")
        let data = try #require(bytes.indices.first { bytes[$0...].starts(with: "data".utf8) })
        func junk(_ count: Int) -> [UInt8] {
            Array("JUNK".utf8) + withUnsafeBytes(of: UInt32(count)) { Array($0) }
                + [UInt8](repeating: 0x55, count: count + count % 2)
        }
        for size in [3, 100_001, 2 << 20] {  // the last is spooled
            let path = try pipe(bytes[..<data] + junk(size) + bytes[data...] + junk(10), name: "pipe\(size)")
            let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
            #expect(try stream.readAll() == expected)
        }
    }

    @Test func warnsOfAMissingEnd() throws {
        try WaveWriter.write(tones(count: 160_000), to: folder.path("a.wav"), sampleRate: 16_000)
        let path = try pipe(Array(folder.bytes("a.wav").prefix(44 + 160_000)))
        let stream = try AudioStream(opening: .file(path), sampleRate: 16_000)
        #expect(try stream.readAll().count == 80_000)
        #expect(stream.warnings == [.endsEarly(source: path, seconds: 5, declaredSeconds: 10)])
    }

    @Test func refusesWhatIsNoSound() throws {
        for (index, bytes) in [[], Array("RIFF".utf8), Array("no sound at all".utf8)].enumerated() {
            let path = try pipe(bytes, name: "pipe\(index)")
            let error = #expect(throws: AudioError.self) {
                _ = try AudioStream(opening: .file(path), sampleRate: 16_000)
            }
            switch (index, error) {
            case (0, .isEmpty(path)), (1, .malformed(path, _)), (2, .notAudio(path, .text)): break
            default: Issue.record("\(index): \(String(describing: error))")
            }
        }
    }

    @Test func theSpoolIsLimited() throws {
        let format = try #require(ZooFormat.all.first { $0.description == "AIFF" })
        #expect(format.write(tones(count: 300_000), to: folder.path("sound"), sampleRate: 16_000))
        let path = try pipe(folder.bytes("sound"))
        #expect(throws: AudioError.spoolLimitExceeded(source: path, limit: 500_000)) {
            _ = try AudioStream(opening: .file(path), sampleRate: 16_000, spoolLimit: 500_000)
        }
    }
}
