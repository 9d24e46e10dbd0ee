import Audio
import Foundation
import Tensors
import Testing

/// Beside transformers' WhisperFeatureExtractor; Tests/Reference/audio_fixtures.py tells how the files were made.
@Suite struct LogMelFixtureTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let frames = Array(0..<6) + Array(stride(from: 10, to: 480, by: 13)) + [1500, 2998, 2999]

    /// The same formula as in the script.
    private static func synthetic() -> [Float] {
        var state: UInt32 = 1
        return (0..<48_000).map { index in
            let time = Double(index) / 16_000
            state = state &* 1_664_525 &+ 1_013_904_223
            let noise = Double(state) / 4_294_967_296 - 0.5
            let tone = 0.4 * sin(2 * .pi * (100 + 1_000 * time) * time) + 0.1 * sin(2 * .pi * 5_000 * time)
            return Float(tone + 0.02 * noise)
        }
    }

    private static func sample() throws -> [Float] {
        let path = root.appendingPathComponent("Assets/Samples/librispeech-3664-178355-0019.flac").path
        return try AudioStream(opening: .file(path), sampleRate: 16_000).readAll()
    }

    @Test(arguments: [80, 128], ["synthetic", "sample"]) func agreesWithTransformers(bands: Int, name: String) throws {
        let samples = name == "sample" ? try Self.sample() : Self.synthetic()
        let spectrogram = LogMelSpectrogram(.whisper(bandCount: bands))(samples, frames: 3_000).floats()
        let fixture = Self.root.appendingPathComponent("Tests/Fixtures/audio/logmel-\(bands)-\(name).f32")
        let expected = try Data(contentsOf: fixture).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let rows = Self.frames.flatMap { spectrogram[$0 * bands..<($0 + 1) * bands] }
        let largest = try #require(expected.map(abs).max())
        #expect(largestDifference(rows, expected) / largest < 3e-5)
    }
}

@Suite struct LogMelConfigurationTests {
    @Test func readsWhatModelsSay() throws {
        let text = """
            {"chunk_length": 30, "feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128,
             "hop_length": 160, "mel_filters": [[0.5, 1e-3], []], "n_fft": 400, "n_samples": 480000,
             "padding_value": 0.0, "dither": 0.0, "sampling_rate": 16000}
            """
        let configuration = try LogMelConfiguration(preprocessorConfiguration: Array(text.utf8), file: "p.json")
        #expect(configuration == .whisper(bandCount: 128))
        #expect(configuration.windowSampleCount == 480_000 && configuration.windowFrameCount == 3_000)
        #expect(try LogMelConfiguration(preprocessorConfiguration: Array("{}".utf8), file: "") == .whisper())
    }

    @Test func refusesWhatCannotBe() {
        func failure(_ text: String) -> LogMelConfigurationError? {
            #expect(throws: LogMelConfigurationError.self) {
                try LogMelConfiguration(preprocessorConfiguration: Array(text.utf8), file: "p.json")
            }
        }
        #expect(
            failure(#"{"feature_size": 0}"#)
                == .outOfRange(file: "p.json", key: "feature_size", value: 0, expected: 1...1024))
        #expect(
            failure(#"{"hop_length": 401}"#)
                == .outOfRange(file: "p.json", key: "hop_length", value: 401, expected: 1...400))
        #expect(failure(#"{"dither": 0.1}"#) == .ditherUnsupported(file: "p.json"))
        #expect(failure(#"{"n_fft": "400"}"#)?.description.hasPrefix("p.json: at byte 10") == true)
        #expect(failure("")?.description.hasPrefix("p.json: at byte 0") == true)
        #expect(failure(#"{"n_fft": 65536, "sampling_rate": 1000, "chunk_length": 1}"#) != nil)
    }
}
