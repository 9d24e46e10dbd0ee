import Audio
import Datasets
import Foundation
import Synchronization
import Tensors
import TestKit
import Testing
import Tokenizers

@testable import SpeechModels

@Suite struct SpeechBatchesTests {
    private let folder: TemporaryFolder
    private let tokenizer: any Tokenizer

    init() throws {
        folder = try TemporaryFolder()
        let trained = try TargetTokenizer.trained(on: ["abc de"])
        tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
    }

    /// Tones whose length in tenths of a second is 2 more than their number; two speakers.
    private func recordings(_ count: Int) throws -> [TranscribedRecording] {
        try (0..<count).map { number in
            let name = "\(number).wav"
            let samples = (0..<1_600 * (number + 2)).map { Float(0.2 * sin(Double($0) * 0.2)) }
            try WaveWriter.write(samples, to: folder.path(name), sampleRate: 16_000)
            return TranscribedRecording(
                name: name, path: folder.path(name), text: ["a", "b", "c"][number % 3], speaker: "s\(number % 2)")
        }
    }

    private func prepared(_ count: Int, limit: Int = PreparedRecordings.standardLimit) throws -> PreparedRecordings {
        try PreparedRecordings(
            try recordings(count), spelling: .words, tokenizer: tokenizer, keeping: limit, path: "data")
    }

    @Test func joinedWordsAreSpelledWithSpaces() throws {
        let trained = try TargetTokenizer.trained(on: ["7", "8"], areJoined: true)
        let tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
        let tokens = try tokenizer.targets(of: "7 8")
        #expect(tokens.count == 3 && Set(tokens).count == 3)
        #expect(tokenizer.decode(tokens) == "7 8")
    }

    @Test func charactersHaveIdsAfterTheBlank() throws {
        #expect(tokenizer.id(of: "<blank>") == 0 && tokenizer.id(of: "<unk>") == 1)
        #expect(try tokenizer.targets(of: "ab").map { tokenizer.bytes(of: $0) } == [[0x61], [0x62]])
        // A control token that is written out is text.
        #expect(try !tokenizer.targets(of: "<blank>").contains(0))
        let pieces = try TargetTokenizer.trained(on: ["hello hello help"], unit: .pieces(260))
        let encoder = try loadTokenizer(json: Array(pieces.json().utf8))
        #expect(encoder.vocabularySize == 260 && encoder.id(of: "<blank>") == 0)
        #expect(encoder.decode(try encoder.targets(of: "help hello")) == "help hello")
    }

    @Test func wholeWordsAreTokens() throws {
        let trained = try TargetTokenizer.trained(on: ["two", "one", "one two"], unit: .words, areJoined: true)
        let tokenizer = try loadTokenizer(json: Array(trained.json().utf8))
        #expect(tokenizer.vocabularySize == 4)
        #expect(try tokenizer.targets(of: "one two one") == [2, 3, 2])
        #expect(tokenizer.decode([2, 3, 2]) == "one two one")
        #expect(try tokenizer.targets(of: "one ones two").contains(1))
        #expect(throws: TokenizerTrainingError.noText) { try TargetTokenizer.trained(on: [" "], unit: .words) }
    }

    @Test func wordsAreToldWhereWholeWordsAreKnown() throws {
        let trained = try TargetTokenizer.trained(on: ["a", "c"], unit: .words)
        let path = try recordings(1)[0].path
        let texts = ["a c", "a d ca c"].map { TranscribedRecording(name: $0, path: path, text: $0) }
        let prepared = try PreparedRecordings(
            texts, spelling: .words, tokenizer: loadTokenizer(json: Array(trained.json().utf8)), skippingBad: 1,
            path: "data")
        #expect(prepared.clips.map(\.text) == ["a c"])
        #expect(prepared.bad.first?.reason == .outsideAlphabet(["ca", "d"]))
    }

    @Test func spellingKeepsWhatIsHeard() {
        #expect(TargetSpelling.words.spelled(" It’s  the 'DOG', isn't it?—No! 3rd") == "it's the dog isn't it no 3rd")
        #expect(TargetSpelling.words.spelled("Ça, naïve… Äh") == "ça naïve äh")
        #expect(TargetSpelling.words.spelled("... '") == "")
        #expect(TargetSpelling.asWritten.spelled("  A,  b\n") == "A, b")
    }

    @Test func aPassHasEveryRecordingOnceSortedWithinBatches() throws {
        let recordings = try prepared(12)
        let batches = SpeechBatches(recordings, settings: .init(batchSize: 3, seed: 5))
        #expect(batches.batchesPerEpoch == 4)
        func pass(_ epoch: Int) throws -> [SpeechBatch] { try (0..<4).map { try batches.batch($0, epoch: epoch) } }
        let beginning = try pass(0)
        #expect(beginning.flatMap(\.lengths) == (0..<12).map { 10 * ($0 + 2) })
        let first = try pass(1)
        #expect(first.flatMap(\.lengths).sorted() == (0..<12).map { 10 * ($0 + 2) })
        // One bucket here: each batch has neighbours in length.
        #expect(first.allSatisfy { $0.lengths.max()! - $0.lengths.min()! == 20 })
        #expect(try pass(2).map(\.lengths) != first.map(\.lengths))
        #expect(try batches.batch(2, epoch: 1).features.floats() == first[2].features.floats())
        for batch in first {
            for (index, length) in batch.lengths.enumerated() {
                #expect(batch.targets[index] == (try tokenizer.targets(of: ["a", "b", "c"][(length / 10 - 2) % 3])))
            }
        }
    }

    @Test func memoryMakesNoDifference() throws {
        let (kept, read) = (try prepared(4), try prepared(4, limit: 0))
        for number in 0..<4 { #expect(try kept.samples(number) == read.samples(number)) }
    }

    @Test func changesFollowSeedAndPass() throws {
        func batch(_ seed: UInt64, epoch: Int) throws -> [Float] {
            try SpeechBatches(
                try prepared(2),
                settings: .init(
                    batchSize: 2, seed: seed, augmentation: SpeechAugmentationPreset.standard.sound,
                    masking: SpeechAugmentationPreset.standard.masking)
            ).batch(0, epoch: epoch).features.floats()
        }
        #expect(try batch(1, epoch: 0) == batch(1, epoch: 0))
        #expect(try batch(1, epoch: 0) != batch(1, epoch: 1))
        #expect(try batch(1, epoch: 0) != batch(2, epoch: 0))
    }

    @Test func joinedAreRecordingsOfOneSpeaker() throws {
        let recordings = try prepared(30)
        let order = ClipOrder(recordings.clips, batchSize: 2, seed: 9, longestJoin: 4)
        #expect(order.batches(epoch: 0).flatMap { $0 }.allSatisfy { $0.clips.count == 1 })
        #expect(order.batches(epoch: 3).flatMap { $0 }.map(\.clips.count).max() == 2)
        let utterances = order.batches(epoch: 6).flatMap { $0 }
        #expect(utterances.count == 12)
        #expect(Set(utterances.map(\.clips.count)) == [1, 2, 3, 4])
        #expect(utterances.allSatisfy { Set($0.clips.map { recordings.clips[$0].speaker }).count == 1 })
        #expect(Set(utterances.flatMap(\.clips)).count > 20)
        #expect(order.batches(epoch: 7).flatMap { $0 }.map(\.clips) != utterances.map(\.clips))
        let batches = SpeechBatches(recordings, settings: .init(batchSize: 2, seed: 9, longestJoin: 4))
        let batch = try batches.batch(0, epoch: 6)
        let clips = order.batches(epoch: 6)[0][0].clips
        let text = clips.map { recordings.clips[$0].text }.joined(separator: " ")
        #expect(batch.targets[0] == (try tokenizer.targets(of: text)))
        // With pauses between them.
        #expect(batch.lengths[0] >= clips.reduce(0) { $0 + recordings.clips[$1].sampleCount } / 160)
    }

    private final class Told: Sendable {
        let lines = Mutex<[String]>([])
    }

    private func batches(limit: Int, _ told: Told) throws -> SpeechBatches {
        var listed = try recordings(6)
        for index in listed.indices { listed[index].place = "list.tsv:\(index + 1)" }
        var prepared = try PreparedRecordings(
            listed, spelling: .words, tokenizer: tokenizer, keeping: 0, path: "list.tsv")
        prepared.faults = LateFaults(limit: limit, earlierCount: 1) { error in
            told.lines.withLock { $0.append("\(error)") }
        }
        return SpeechBatches(prepared, settings: .init(batchSize: 2, seed: 3))
    }

    /// In the midst of a pass, of recordings that were good: one is gone, one is damaged, one is another.
    @Test func whatSpoilsLaterIsToldOnceLeftOutAndCounted() throws {
        let told = Told()
        let batches = try batches(limit: 4, told)
        let first = try batches.batch(0, epoch: 0)
        #expect(first.lengths == [20, 30])
        try FileManager.default.removeItem(atPath: folder.path("2.wav"))
        try folder.write(folder.bytes("4.wav").dropLast(10_000), to: "4.wav")
        #expect(try batches.batch(1, epoch: 0).lengths == [50])
        #expect(try batches.batch(2, epoch: 0).lengths == [70])
        #expect(told.lines.withLock { $0 }.map { $0.prefix(11) } == ["list.tsv:3:", "list.tsv:5:"])
        #expect(told.lines.withLock { $0[1] }.contains("cut off"))
        // Each counts once, and does not stop the next pass.
        #expect(try (0..<3).flatMap { try batches.batch($0, epoch: 1).lengths }.sorted() == [20, 30, 50, 70])
        #expect(told.lines.withLock { $0.count } == 2)
        try WaveWriter.write([Float](repeating: 0.1, count: 800), to: folder.path("3.wav"), sampleRate: 16_000)
        let error = try #require(throws: SpeechDataError.self) { try batches.batch(1, epoch: 0) }
        // Nothing is left of this batch.
        #expect(error.place == "list.tsv:4" && error.reason == .changed(sampleCount: 800, expected: 8_000))
        try FileManager.default.removeItem(atPath: folder.path("5.wav"))
        let last = try #require(throws: SpeechDataError.self) { try batches.batch(2, epoch: 0) }
        guard case .tooManyBad(limit: 4, let text) = last.reason else {
            Issue.record("\(last)")
            return
        }
        #expect(text.hasPrefix("list.tsv:6: ") && text.contains("no such file"))
    }

    @Test func withoutLeaveTheFirstOneStops() throws {
        var recordings = try prepared(3, limit: 0)
        try folder.write("RIFF but no sound", to: "1.wav")
        let batches = SpeechBatches(recordings, settings: .init(batchSize: 3, seed: nil))
        let error = try #require(throws: SpeechDataError.self) { try batches.batch(0, epoch: 0) }
        #expect("\(error)".contains("1.wav") && "\(error)".contains("--skip-bad"))
        recordings.faults = LateFaults(limit: 1)
        let lenient = SpeechBatches(recordings, settings: .init(batchSize: 3, seed: nil, longestJoin: 1))
        #expect(try lenient.batch(0, epoch: 0).lengths == [20, 40])
    }

    /// Rates and channels may differ: all become one channel at the model's rate.
    @Test func ratesAndChannelsMayBeMixed() throws {
        var listed = try recordings(2)
        try WaveWriter.write(
            (0..<22_050).map { Float(0.2 * sin(Double($0) * 0.1)) }, to: folder.path("other.wav"), sampleRate: 22_050)
        listed.append(TranscribedRecording(name: "other.wav", path: folder.path("other.wav"), text: "a"))
        let prepared = try PreparedRecordings(listed, spelling: .words, tokenizer: tokenizer, path: "data")
        #expect(prepared.clips.map(\.sampleCount) == [3_200, 4_800, 16_000])
        let batch = try SpeechBatches(prepared, settings: .init(batchSize: 3, seed: nil)).batch(0, epoch: 0)
        #expect(batch.lengths == [20, 30, 100])
    }

    @Test func everyFaultIsNamed() throws {
        let good = try recordings(2)
        func fault(_ recording: TranscribedRecording) throws -> SpeechDataError.Reason? {
            var recording = recording
            recording.place = "list.tsv:3"
            let prepared = try PreparedRecordings(
                good + [recording], spelling: .words, tokenizer: tokenizer, skippingBad: 1, path: "data")
            #expect(prepared.clips.count == 2 && prepared.bad.first?.place == "list.tsv:3")
            return prepared.bad.first?.reason
        }
        func recording(_ path: String, _ text: String) -> TranscribedRecording {
            TranscribedRecording(name: "x", path: folder.path(path), text: text)
        }
        #expect(try fault(recording("0.wav", " ?! ")) == .noText)
        #expect(try fault(recording("0.wav", "axyb")) == .outsideAlphabet(["x", "y"]))
        // A fifth of a second: five frames; six letters, two of them repeated.
        #expect(try fault(recording("0.wav", "aabbcc")) == .tooShort(seconds: 0.2, frames: 5, needed: 9))
        try WaveWriter.write([Float](repeating: 0, count: 16_000), to: folder.path("silent.wav"), sampleRate: 16_000)
        #expect(try fault(recording("silent.wav", "a")) == .silent)
        let long = [Float](repeating: 0.1, count: 41 * 8_000)
        try WaveWriter.write(long, to: folder.path("long.wav"), sampleRate: 8_000)
        #expect(try fault(recording("long.wav", "a")) == .tooLong(seconds: 41, limit: 40))
        try folder.write(folder.bytes("1.wav").dropLast(5_000), to: "cut.wav")
        guard case .damaged(let message)? = try fault(recording("cut.wav", "a")) else {
            Issue.record("half a recording was taken for a whole one")
            return
        }
        #expect(message.contains("cut off"))
        try folder.write("RIFF but no sound", to: "bad.wav")
        for path in ["bad.wav", "missing.wav"] {
            guard case .unreadable(let message)? = try fault(recording(path, "a")) else {
                Issue.record("\(path) was read")
                continue
            }
            #expect(message.contains(path))
        }
        #expect(throws: SpeechDataError.self) {
            try PreparedRecordings(
                good + [recording("missing.wav", "a")], spelling: .words, tokenizer: tokenizer, path: "data")
        }
    }
}
