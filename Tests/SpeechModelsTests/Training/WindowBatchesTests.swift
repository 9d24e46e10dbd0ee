import Audio
import Checkpoints
import Datasets
import Foundation
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

/// Recordings packed into windows of 2 s, as the small random Whisper hears them.
@Suite struct WindowBatchesTests {
    private let folder: TemporaryFolder
    private let format: WindowFormat

    init() throws {
        folder = try TemporaryFolder()
        format = try WhisperFineTuning(ModelFolder(WhisperTrainingTests.folder)).format
    }

    /// Tones whose length in tenths of a second is 2 more than their number.
    private func prepared(_ count: Int, speakers: Int?) throws -> PreparedRecordings {
        let recordings = try (0..<count).map { number in
            let path = folder.path("\(number).wav")
            let samples = (0..<1_600 * (number % 8 + 2)).map { Float(0.2 * sin(Double($0) * 0.2)) }
            try WaveWriter.write(samples, to: path, sampleRate: 16_000)
            return TranscribedRecording(
                name: "\(number)", path: path, text: "w\(number)", speaker: speakers.map { "s\(number % $0)" })
        }
        return try PreparedRecordings(
            recordings, spelling: .asWritten, tokenizer: format.tokens.tokenizer, limits: format.limits, path: "data")
    }

    private func batches(
        _ recordings: PreparedRecordings, seed: UInt64? = 3, timestampShare: Float = 0.5, isChanged: Bool = false
    ) throws -> WindowBatches {
        try WindowBatches(
            recordings, format: format,
            settings: .init(
                batchSize: 2, seed: seed,
                augmentation: isChanged ? SoundAugmentation(speeds: [0.8, 1.2], gain: -3...3) : nil,
                masking: isChanged ? SpectrogramMasking(bandMasks: 1, bandWidth: 9, timeMasks: 1, timeShare: 0.1) : nil,
                timestampShare: timestampShare))
    }

    private func numbers(_ text: String) -> [Int] { text.split(separator: " ").compactMap { Int($0.dropFirst()) } }

    @Test func windowsHoldOneSpeakerAndNoMoreThanFits() throws {
        let recordings = try prepared(24, speakers: 3)
        let batches = try batches(recordings)
        for epoch in [0, 1, 5] {
            let windows = try (0..<batches.batchesPerEpoch).flatMap { try batches.batch($0, epoch: epoch).texts }
            #expect(windows.count == 2 * batches.batchesPerEpoch)
            for window in windows.map(numbers) {
                #expect(Set(window.map { $0 % 3 }).count == 1)
                #expect(window.reduce(0) { $0 + $1 % 8 + 2 } <= 20)
            }
            let all = windows.flatMap(numbers)
            #expect(Set(all).count >= 18, "\(all)")
        }
        let (one, other) = (try batches.batch(0, epoch: 1), try batches.batch(0, epoch: 2))
        #expect(one.texts != other.texts)
        let isSame = try batches.batch(0, epoch: 1).features.floats() == one.features.floats()
        #expect(isSame)
    }

    @Test func neighboursAreJoinedWhereNobodyKnowsWhoSpeaks() throws {
        let batches = try batches(try prepared(24, speakers: nil))
        let windows = try (0..<batches.batchesPerEpoch).flatMap { try batches.batch($0, epoch: 1).texts }
        for window in windows.map(numbers) {
            #expect(zip(window, window.dropFirst()).allSatisfy { ($0 + 1) % 24 == $1 }, "\(window)")
        }
        #expect(windows.contains { numbers($0).count > 1 })
    }

    @Test func validationHasEveryRecordingInItsOrder() throws {
        let batches = try batches(try prepared(11, speakers: nil), seed: nil, isChanged: true)
        let windows = try (0..<batches.batchesPerEpoch).flatMap { try batches.batch($0, epoch: 0).texts }
        #expect(windows.flatMap(numbers) == Array(0..<11))
    }

    @Test func timestampsTellWhereEachRecordingLies() throws {
        let tokens = format.tokens
        let batches = try batches(try prepared(6, speakers: nil), seed: nil, timestampShare: 1)
        let batch = try batches.batch(0, epoch: 0)
        let width = batch.inputs.shape[1]
        let targets = batch.targets.integers().prefix(width).map(Int.init).filter { $0 >= 0 }
        #expect(batch.inputs.integers()[0] == Int32(tokens.startOfTranscript))
        let texts = batch.texts[0].split(separator: " ").map(String.init)
        var (expected, start): ([Int], Double) = ([], 0)
        for (number, text) in texts.enumerated() {
            let end = start + 0.1 * Double(number + 2)
            expected += [tokens.timestamp(start)]
            expected += try WindowText.written(text, tokens) + [tokens.timestamp(end)]
            start = end + 0.15
        }
        #expect(targets == expected + [tokens.endOfText])
        #expect(batch.features.shape == [2, 200, 80])
        // Silence fills the window up: its sound is that of the recordings and pauses between them.
        var samples: [Float] = []
        for number in texts.indices {
            if number > 0 { samples += [Float](repeating: 0, count: 2_400) }
            samples += try #require(try batches.recordings.samples(number))
        }
        let spectrogram = format.spectrogram(samples, frames: 200)
        let isSame = batch.features.floats().prefix(200 * 80) == spectrogram.floats()[...]
        #expect(isSame)
    }

    @Test func withoutTimestampsThatIsGivenAndNotLearnt() throws {
        let tokens = format.tokens
        let phrases = [
            WindowText.Phrase(text: "a b", start: 0, end: 1), WindowText.Phrase(text: "c", start: 1, end: 2),
        ]
        let text = try WindowText(
            phrases, start: [tokens.startOfTranscript, 7, 8], hasTimestamps: false, tokens: tokens)
        let written = try tokens.tokenizer.encode(" a b c")
        #expect(text.text == "a b c")
        #expect(text.inputs == [tokens.startOfTranscript, 7, 8, tokens.withoutTimestamps] + written)
        #expect(text.targets == [nil, nil, nil] + written.map { $0 } + [tokens.endOfText])
    }

    @Test func changesLeaveEveryRecordingInItsWindow() throws {
        let batches = try batches(try prepared(16, speakers: 2), timestampShare: 1, isChanged: true)
        let tokens = format.tokens
        for epoch in 0..<3 {
            for index in 0..<batches.batchesPerEpoch {
                let batch = try batches.batch(index, epoch: epoch)
                let stamps = batch.targets.integers().compactMap { tokens.seconds(of: Int($0)) }
                #expect(stamps.allSatisfy { $0 <= 2 } && stamps.count == 2 * batch.texts.flatMap(numbers).count)
            }
        }
    }

    @Test func whatDoesNotFitAWindowIsRefused() throws {
        func refused(_ seconds: Double, _ text: String) throws -> String {
            let samples = (0..<Int(seconds * 16_000)).map { Float(0.2 * sin(Double($0) * 0.2)) }
            try WaveWriter.write(samples, to: folder.path("x.wav"), sampleRate: 16_000)
            let recording = TranscribedRecording(name: "x", path: folder.path("x.wav"), text: text)
            do {
                _ = try PreparedRecordings(
                    [recording], spelling: .asWritten, tokenizer: format.tokens.tokenizer, limits: format.limits,
                    path: "data")
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(try refused(1.9, "hi") == "")
        // No frame spells: a short sound may have a long text.
        #expect(try refused(0.1, "a long text for it") == "")
        #expect(try refused(2.1, "hi").contains("lasts 2.1 s; expected at most 2.0 s"))
        #expect(try refused(1, String(repeating: "x", count: 40)).contains("has 40 tokens; expected at most 29"))
    }

    @Test func capitalsAloneAreWrittenSmall() {
        #expect(TargetSpelling(naturalFor: ["HELLO THERE", "7 O'CLOCK"]) == .lowercase)
        #expect(TargetSpelling(naturalFor: ["HELLO", "There"]) == .asWritten)
        #expect(TargetSpelling(naturalFor: ["7", "你好"]) == .asWritten)
        #expect(TargetSpelling.lowercase.spelled(" HELLO  There, Éa") == "hello there, éa")
    }
}
