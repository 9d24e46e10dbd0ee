import Foundation
import TestKit
import Testing

@testable import Audio

@Suite struct LiveSoundTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        // Whoever writes into a pipe that nobody reads any more must not end the tests.
        signal(SIGPIPE, SIG_IGN)
    }

    /// A pipe with a name, written piece by piece.
    private func sound(
        _ bytes: [UInt8], pieces: Int, rawSampleRate: Int = 16_000, sampleRate: Int = 16_000
    ) throws -> (samples: [Float], warnings: [AudioWarning], format: AudioFormat) {
        let path = folder.path("pipe-\(UUID().uuidString)")
        try #require(mkfifo(path, 0o600) == 0)
        Thread.detachNewThread {
            let descriptor = open(path, O_WRONLY)
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(pieces))
                guard write(descriptor, piece, piece.count) == piece.count else { break }
                rest = rest.dropFirst(piece.count)
            }
            close(descriptor)
        }
        let live = try LiveSound(opening: .file(path), rawSampleRate: rawSampleRate, sampleRate: sampleRate)
        var samples: [Float] = []
        while true {
            let next = try live.next()
            if next.isEmpty { break }
            samples += next
        }
        #expect(try live.next().isEmpty)
        return (samples, live.warnings, live.sourceFormat)
    }

    private let values: [Int16] = (0..<3_001).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
    private var raw: [UInt8] { values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } }
    private var floats: [Float] { values.map { Float($0) / 32_768 } }

    @Test(arguments: [1, 7, 4_096, 1 << 20]) func rawSamplesComeInPiecesOfAnySize(pieces: Int) throws {
        let found = try sound(raw, pieces: pieces)
        #expect(found.samples == floats && found.warnings.isEmpty)
        #expect(found.format == AudioFormat(encoding: "raw, 16 bit PCM", sampleRate: 16_000, channelCount: 1))
        let odd = try sound(Array(raw.dropLast()), pieces: pieces)
        #expect(odd.samples == floats.dropLast())
        #expect(
            odd.warnings.count == 1
                && "\(odd.warnings[0])".hasSuffix("ends after 0.188 s within a sample, which is left out"))
    }

    /// Lengths as pipes have them, one that is true, and one that promises more.
    @Test(arguments: [0, UInt32.max, 0x7FFF_F000, 6_002, 9_000]) func headersMayNotKnowTheLength(length: UInt32) throws
    {
        var wave = [UInt8]("RIFF".utf8) + [0, 0, 0, 0] + [UInt8]("WAVEfmt ".utf8) + [16, 0, 0, 0, 1, 0, 1, 0]
        wave += [0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0] + [UInt8]("data".utf8)
        wave += (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        // What follows the sound is another chunk.
        let trailer: [UInt8] = length == 6_002 ? [UInt8]("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4] : []
        let found = try sound(wave + raw + trailer, pieces: 501)
        #expect(found.samples == floats)
        #expect(found.warnings.isEmpty == (length != 9_000), "\(found.warnings)")
    }

    /// The same numbers as libsndfile's, whatever the encoding and the number of channels.
    @Test(arguments: [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)], [1, 2])
    func encodingsAreThoseOfFiles(encoding: (tag: Int, bits: Int), channels: Int) throws {
        let frameSize = channels * encoding.bits / 8
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var data: [UInt8] = []
        for index in 0..<(500 * channels) {
            let value = sin(Double(index) * 0.37)
            switch encoding {
            case (3, 32): data += number(Int(Float(value).bitPattern), 4)
            case (3, 64): data += withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
            case (_, 8): data.append(UInt8(128 + Int(value * 127)))
            default: data += number(Int(value * Double(1 << (encoding.bits - 2))), encoding.bits / 8)
            }
        }
        var wave = [UInt8]("RIFF".utf8) + number(36 + data.count, 4) + [UInt8]("WAVEfmt ".utf8) + number(16, 4)
        wave += number(encoding.tag, 2) + number(channels, 2) + number(8_000, 4) + number(8_000 * frameSize, 4)
        wave += number(frameSize, 2) + number(encoding.bits, 2) + [UInt8]("data".utf8) + number(data.count, 4) + data
        try folder.write(Data(wave), to: "sound.wav")
        for rate in [8_000, 16_000] {
            let file = try AudioStream(opening: .file(folder.path("sound.wav")), sampleRate: rate).read(count: 100_000)
            let found = try sound(wave, pieces: 333, sampleRate: rate)
            #expect(found.samples.count == file.count)
            #expect(zip(found.samples, file).allSatisfy { abs($0 - $1) < 1e-6 }, "\(encoding), \(rate) Hz")
        }
    }

    @Test func otherThingsAreRefused() throws {
        let cases: [([UInt8], String)] = [
            ([], "is empty"), (Array("fLaC and so on".utf8), "a stream is raw samples or WAV"),
            (Array("Some text, long enough".utf8), "not a sound file but text"),
            (Array("RIFF....WAVEfmt ".utf8) + [4, 0, 0, 0, 1, 0, 1, 0], "cannot be read from a stream"),
        ]
        for (bytes, text) in cases {
            do {
                _ = try sound(bytes, pieces: 100)
                Issue.record("\(text) was expected")
            } catch {
                #expect("\(error)".contains(text), "\(error)")
            }
        }
    }
}
