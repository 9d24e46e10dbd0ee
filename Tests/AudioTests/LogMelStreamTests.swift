import Tensors
import TestKit
import Testing

@testable import Audio

struct LogMelStreamTests {
    private let spectrogram = LogMelSpectrogram(.whisper(bandCount: 20, floor: -7))

    /// In pieces of any size, odd ones too, frames are the same bits as of the whole; and once more with the same stream.
    @Test(arguments: [1, 77, 160, 399, 1_001, 100_000]) func piecesGiveTheWhole(size: Int) {
        var stream = LogMelStream(spectrogram)
        for count in [0, 1, 159, 160, 200, 361, 5_000, 8_003] {
            let samples = Tensor.random([max(1, count)], seed: UInt64(count)).floats().prefix(count)
            var (values, ready) = ([Float](), 0)
            for start in stride(from: 0, to: count, by: size) {
                let frames = stream.append(Array(samples[start..<min(count, start + size)]))
                values += frames.floats()
                ready += frames.shape[0]
            }
            // A frame waits for its own samples only.
            #expect(ready == (count < 200 ? 0 : (count - 200) / 160 + 1))
            values += stream.finish().floats()
            #expect(values == spectrogram(Array(samples)).floats(), "\(count) samples")
        }
    }

    @Test func aFloorIsTheSameHoweverLoudTheRest() throws {
        let quiet = spectrogram([Float](repeating: 0, count: 1_600)).floats()
        #expect(quiet.allSatisfy { $0 == (-7 + 4) / 4 })
        let text = #"{"feature_size": 20, "log_mel_floor": -7.0}"#
        let read = try LogMelConfiguration(preprocessorConfiguration: Array(text.utf8), file: "x")
        #expect(read == .whisper(bandCount: 20, floor: -7) && LogMelStream.isPossible(read))
        #expect(!LogMelStream.isPossible(.whisper()))
        #expect(throws: LogMelConfigurationError.floorOutOfRange(file: "x", 5)) {
            try LogMelConfiguration(preprocessorConfiguration: Array(#"{"log_mel_floor": 5}"#.utf8), file: "x")
        }
    }
}
