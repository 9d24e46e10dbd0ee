import CSoundFile
import Foundation

/// A format that libsndfile may know, for files that the tests make for themselves.
struct ZooFormat: Sendable, CustomStringConvertible {
    let description: String
    let code: Int32
    /// The largest deviation that the encoding brings; nil where even the course of the signal is not kept.
    let tolerance: Float?

    init(_ description: String, _ container: Int32, _ encoding: Int, tolerance: Float?) {
        self.description = description
        code = container | Int32(encoding)
        self.tolerance = tolerance
    }

    private static let wav = Int32(SF_FORMAT_WAV)
    private static let mpeg: Int32 = 0x23_0000  // not named in older headers
    private static let mpegLayer3 = 0x82
    private static let opus = 0x64

    static let all: [ZooFormat] = [
        ZooFormat("WAV 8 bit", wav, SF_FORMAT_PCM_U8, tolerance: 1.5 / 128),
        ZooFormat("WAV 16 bit", wav, SF_FORMAT_PCM_16, tolerance: 1.5 / 32_768),
        ZooFormat("WAV 24 bit", wav, SF_FORMAT_PCM_24, tolerance: 1.5 / 8_388_608),
        ZooFormat("WAV 32 bit", wav, SF_FORMAT_PCM_32, tolerance: 1e-7),
        ZooFormat("WAV float", wav, SF_FORMAT_FLOAT, tolerance: 0),
        ZooFormat("WAV double", wav, SF_FORMAT_DOUBLE, tolerance: 0),
        ZooFormat("WAV µ-law", wav, SF_FORMAT_ULAW, tolerance: 0.02),
        ZooFormat("WAV A-law", wav, SF_FORMAT_ALAW, tolerance: 0.02),
        ZooFormat("WAV IMA ADPCM", wav, SF_FORMAT_IMA_ADPCM, tolerance: nil),
        ZooFormat("WAV GSM 6.10", wav, SF_FORMAT_GSM610, tolerance: nil),
        ZooFormat("WAV extensible 24 bit", Int32(SF_FORMAT_WAVEX), SF_FORMAT_PCM_24, tolerance: 1.5 / 8_388_608),
        ZooFormat("WAV big-endian", wav | Int32(SF_ENDIAN_BIG), SF_FORMAT_PCM_16, tolerance: 1.5 / 32_768),
        ZooFormat("RF64", Int32(SF_FORMAT_RF64), SF_FORMAT_PCM_16, tolerance: 1.5 / 32_768),
        ZooFormat("W64", Int32(SF_FORMAT_W64), SF_FORMAT_PCM_24, tolerance: 1.5 / 8_388_608),
        ZooFormat("AIFF", Int32(SF_FORMAT_AIFF), SF_FORMAT_PCM_16, tolerance: 1.5 / 32_768),
        ZooFormat("AIFF float", Int32(SF_FORMAT_AIFF), SF_FORMAT_FLOAT, tolerance: 0),
        ZooFormat("AU", Int32(SF_FORMAT_AU), SF_FORMAT_PCM_16, tolerance: 1.5 / 32_768),
        ZooFormat("AU µ-law", Int32(SF_FORMAT_AU), SF_FORMAT_ULAW, tolerance: 0.02),
        ZooFormat("CAF", Int32(SF_FORMAT_CAF), SF_FORMAT_PCM_24, tolerance: 1.5 / 8_388_608),
        ZooFormat("CAF ALAC", Int32(SF_FORMAT_CAF), SF_FORMAT_ALAC_16, tolerance: 1.5 / 32_768),
        ZooFormat("FLAC 16 bit", Int32(SF_FORMAT_FLAC), SF_FORMAT_PCM_16, tolerance: 1.5 / 32_768),
        ZooFormat("FLAC 24 bit", Int32(SF_FORMAT_FLAC), SF_FORMAT_PCM_24, tolerance: 1.5 / 8_388_608),
        ZooFormat("Ogg Vorbis", Int32(SF_FORMAT_OGG), SF_FORMAT_VORBIS, tolerance: 0.1),
        ZooFormat("Ogg Opus", Int32(SF_FORMAT_OGG), opus, tolerance: nil),
        ZooFormat("MP3", mpeg, mpegLayer3, tolerance: nil),
    ]

    /// Writes samples (of several channels in turn); false where this libsndfile cannot write the format.
    func write(
        _ samples: [Float], to path: String, sampleRate: Int, channelCount: Int = 1, hasVariableBitRate: Bool = false
    ) -> Bool {
        var information = SF_INFO()
        information.samplerate = Int32(sampleRate)
        information.channels = Int32(channelCount)
        information.format = code
        guard sf_format_check(&information) != 0, let file = sf_open(path, Int32(SFM_WRITE), &information) else {
            return false
        }
        if hasVariableBitRate {
            var mode: Int32 = 2  // SF_BITRATE_MODE_VARIABLE, by SFC_SET_BITRATE_MODE; not named in older headers
            sf_command(file, 0x1305, &mode, 4)
        }
        let written = sf_write_float(file, samples, sf_count_t(samples.count))
        return sf_close(file) == 0 && written == samples.count
    }
}

/// A mixture of tones well inside full scale.
func tones(count: Int, sampleRate: Int = 16_000, frequencies: [Double] = [220, 910]) -> [Float] {
    (0..<count).map { index in
        let time = Double(index) / Double(sampleRate)
        let sum = frequencies.reduce(0) { $0 + sin(2 * .pi * $1 * time) }
        return Float(0.6 * sum / Double(frequencies.count))
    }
}

/// The largest distance between two signals of one length.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

/// Root of the mean square.
func level(_ samples: some Collection<Float>) -> Double {
    (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))).squareRoot()
}
