import Foundation

/// WAV files made for one test.
enum SoundFile {
    /// 16-bit samples; of several channels, in turn.
    static func wave(_ samples: [Int16], sampleRate: UInt32 = 16_000, channelCount: UInt16 = 1) -> Data {
        file(formatCode: 1, bits: 16, sampleRate: sampleRate, channelCount: channelCount, samples.flatMap { bytes($0) })
    }

    /// 32-bit floating-point samples, one channel.
    static func wave(_ samples: [Float], sampleRate: UInt32 = 16_000) -> Data {
        file(formatCode: 3, bits: 32, sampleRate: sampleRate, samples.flatMap { bytes($0.bitPattern) })
    }

    /// A tone of 440 Hz.
    static func tone(seconds: Double) -> Data {
        wave((0..<Int(seconds * 16_000)).map { Int16(8000 * sin(Double($0) * 2 * .pi * 440 / 16_000)) })
    }

    static func silence(seconds: Double) -> Data { wave([Int16](repeating: 0, count: Int(seconds * 16_000))) }

    private static func file(
        formatCode: UInt16, bits: UInt16, sampleRate: UInt32, channelCount: UInt16 = 1, _ samples: [UInt8]
    ) -> Data {
        var data = Data("RIFF".utf8) + bytes(UInt32(36 + samples.count)) + Data("WAVEfmt ".utf8)
        data += bytes(UInt32(16)) + bytes(formatCode) + bytes(channelCount) + bytes(sampleRate)
        data += bytes(sampleRate * UInt32(channelCount * bits / 8)) + bytes(channelCount * bits / 8) + bytes(bits)
        return data + Data("data".utf8) + bytes(UInt32(samples.count)) + samples
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
