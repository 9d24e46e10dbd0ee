import Audio
import TestKit
import Testing

@testable import SpeechModels

/// Speech is what is louder than 0.1.
private struct LoudnessDetector: VoiceActivityDetector {
    let name = "loudness"

    struct Stream: VoiceActivityStream {
        var waiting: [Float] = []

        mutating func probabilities(appending samples: [Float]) -> [Float] {
            waiting += samples
            var probabilities: [Float] = []
            while waiting.count >= VoiceActivity.frameSize {
                probabilities.append(waiting.prefix(VoiceActivity.frameSize).contains { abs($0) > 0.1 } ? 0.9 : 0.1)
                waiting.removeFirst(VoiceActivity.frameSize)
            }
            return probabilities
        }

        mutating func finish() -> [Float] {
            waiting.isEmpty
                ? []
                : probabilities(
                    appending: Array(repeating: 0, count: VoiceActivity.frameSize - waiting.count))
        }
    }

    func makeStream() -> any VoiceActivityStream { Stream() }
}

struct SpokenSoundTests {
    private let rate = Transcriber.sampleRate

    /// A recording whose samples tell where they stand: seconds of speech (true) and of silence in turn.
    private func recording(_ parts: [(seconds: Double, isSpeech: Bool)]) -> [Float] {
        var samples: [Float] = []
        for (seconds, isSpeech) in parts {
            for _ in 0..<Int(seconds * Double(rate)) {
                // A ramp that 16 bits hold exactly, and never quiet for a whole frame.
                samples.append(isSpeech ? 0.5 + Float(samples.count % 4096) / 32768 : 0)
            }
        }
        return samples
    }

    private func sound(_ samples: [Float], listens: Bool) throws -> (SpokenSound, TemporaryFolder) {
        let folder = try TemporaryFolder()
        try WaveWriter.write(samples, to: folder.path("a.wav"), sampleRate: rate, encoding: .float32)
        let audio = try AudioStream(opening: .file(folder.path("a.wav")), sampleRate: rate)
        let segmenter = VoiceActivitySegmenter(
            stream: LoudnessDetector().makeStream(), settings: VoiceActivitySettings())
        return (SpokenSound(audio, segmenter: listens ? segmenter : nil), folder)
    }

    @Test func withoutADetectorNothingIsLeftOut() throws {
        let samples = recording([(3, true), (10, false), (4, true)])
        var (sound, folder) = try sound(samples, listens: false)
        try sound.fill(to: 5 * rate, checkCancellation: {}, skipped: { Issue.record("left out: \($0)") })
        #expect(sound.window == Array(samples[..<(5 * rate)]))
        #expect(sound.time(of: 2, isEnd: false) == 2)
        sound.advance(by: 4 * rate)
        try sound.fill(to: 30 * rate, checkCancellation: {}, skipped: { Issue.record("left out: \($0)") })
        #expect(sound.window == Array(samples[(4 * rate)...]))
        #expect(sound.hasEnded && sound.readCount == samples.count)
        #expect(sound.time(of: 2, isEnd: true) == 6)
        #expect(sound.probabilities(within: 100) == nil)
        withExtendedLifetime(folder) {}
    }

    /// Every sample that is kept stands at the time from which it came.
    @Test func timeLeadsBackToTheRecording() throws {
        let samples = recording([
            (5, false), (12, true), (20, false), (9, true), (1, false), (8, true), (60, false), (15, true), (4, false),
        ])
        var (sound, folder) = try sound(samples, listens: true)
        var skipped: [VoiceActivitySegmenter.Stretch] = []
        var kept = 0
        while true {
            try sound.fill(to: 10 * rate, checkCancellation: {}, skipped: { skipped.append($0) })
            if sound.window.isEmpty { break }
            let step = min(sound.window.count, 7 * rate + 123)
            for index in stride(from: 0, to: step, by: 997) {
                let time = sound.time(of: (Double(index) + 0.5) / Double(rate), isEnd: false)
                #expect(samples[Int(time * Double(rate))] == sound.window[index])
            }
            for (index, probability) in (sound.probabilities(within: step) ?? []).enumerated() {
                let middle = min(index * 512 + 256, step - 1)
                #expect((probability > 0.5) == (sound.window[middle] > 0.1) || abs(sound.window[middle]) < 0.1)
            }
            kept += step
            sound.advance(by: step)
        }
        // What is kept and what is left out make the recording.
        #expect(kept + skipped.reduce(0) { $0 + $1.range.count } == samples.count)
        #expect(skipped.count == 4)
        withExtendedLifetime(folder) {}
    }

    @Test func whatBeginsAtAJoinBeginsAfterTheSilence() throws {
        var (sound, folder) = try sound(recording([(4, true), (10, false), (4, true)]), listens: true)
        try sound.fill(to: 30 * rate, checkCancellation: {}, skipped: { _ in })
        let joins = sound.joins(within: sound.window.count)
        #expect(joins.count == 1)
        let join = try #require(joins.first)
        // 0.4 s of silence are kept on either side.
        #expect(abs(sound.time(of: join, isEnd: true) - 4.4) < 0.05)
        #expect(abs(sound.time(of: join, isEnd: false) - 13.6) < 0.05)
        withExtendedLifetime(folder) {}
    }
}
