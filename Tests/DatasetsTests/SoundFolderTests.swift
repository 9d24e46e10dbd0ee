import Foundation
import TestKit
import Testing

@testable import Datasets

@Suite struct SoundFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func manifest() throws -> [TranscribedRecording] {
        try TranscriptManifest(path: folder.url.path).recordings.map { try $0.get() }
    }

    @Test func namesTellLabelAndSpeaker() throws {
        for name in ["7_jackson_0.wav", "7_jackson_5.wav", "3_theo_4.WAV", "readme_not_sound.txt", "a_b.wav"] {
            try folder.write("", to: name)
        }
        let found = try manifest()
        #expect(found.map(\.name) == ["3_theo_4.WAV", "7_jackson_0.wav", "7_jackson_5.wav"])
        #expect(found.map(\.text) == ["3", "7", "7"])
        #expect(found.map(\.speaker) == ["theo", "jackson", "jackson"])
        #expect(found.map(\.split) == [.test, .test, .training])
        let test = try TranscriptManifest(path: folder.url.path).part(.test)
        #expect(test.recordings.count == 2)
        #expect(throws: ManifestError(path: folder.url.path, .missingSplit("validation", found: ["test", "train"]))) {
            try TranscriptManifest(path: folder.url.path).part(.validation)
        }
    }

    @Test func fewNumbersAreNotDivided() throws {
        try folder.write("", to: "yes_ann_1.wav")
        #expect(try manifest().map(\.split) == [nil])
    }

    @Test func aFolderForEachWord() throws {
        for name in ["yes/0a7c_nohash_0.wav", "yes/b.flac", "no/0a7c_nohash_1.wav", "_background_noise_/hum.wav"] {
            try FileManager.default.createDirectory(
                at: folder.url.appendingPathComponent(name).deletingLastPathComponent(),
                withIntermediateDirectories: true)
            try folder.write("", to: name)
        }
        #expect(try manifest().map(\.text) == ["no", "yes", "yes"])
        #expect(try manifest().map(\.speaker) == ["0a7c", "0a7c", nil])
        #expect(try manifest().map(\.split) == [nil, nil, nil])
        try folder.write("yes/b.flac\n", to: "testing_list.txt")
        #expect(try manifest().map(\.split) == [.training, .training, .test])
    }

    @Test func commonVoiceHasTablesAndClips() throws {
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("clips"), withIntermediateDirectories: true)
        let header = "client_id\tpath\tsentence\tup_votes\n"
        try folder.write(header + "c1\ta.mp3\tHello there.\t2\n", to: "train.tsv")
        try folder.write(header + "c2\tb.mp3\t\"One \"\"two\"\"\"\t2\nc3\tc.mp3\tthree\n", to: "dev.tsv")
        try folder.write(header + "c9\tz.mp3\tnine\t0\n", to: "invalidated.tsv")
        let all = try TranscriptManifest(path: folder.url.path).recordings
        #expect(
            all == [
                .success(
                    TranscribedRecording(
                        name: "a.mp3", path: folder.path("clips/a.mp3"), text: "Hello there.", speaker: "c1",
                        split: .training)),
                .success(
                    TranscribedRecording(
                        name: "b.mp3", path: folder.path("clips/b.mp3"), text: "One \"two\"", speaker: "c2",
                        split: .validation)),
                .failure(
                    ManifestError(
                        path: folder.path("dev.tsv"), line: 3, .columns(found: 3, expected: 4, delimiter: "\t"))),
            ])
        #expect(try all[0].get().place == folder.path("train.tsv") + ":2")
    }

    @Test func listsTellSpeakers() throws {
        try folder.write(
            "{\"audio\": \"a.wav\", \"text\": \"x\", \"speaker\": \"ann\"}\n"
                + "{\"audio\": \"b.wav\", \"text\": \"y\", \"speaker_id\": 7}\n", to: "transcripts.jsonl")
        #expect(try manifest().map(\.speaker) == ["ann", nil])
        #expect(try manifest().map(\.place) == [1, 2].map { folder.path("transcripts.jsonl") + ":\($0)" })
        try FileManager.default.removeItem(atPath: folder.path("transcripts.jsonl"))
        try folder.write("118-121721-0000 MISTER QUILTER\nintro two\n", to: "118-121721.trans.txt")
        #expect(try manifest().map(\.speaker) == ["118", nil])
    }

    @Test func nothingOfTheKindIsTold() throws {
        try folder.write("", to: "notes.txt")
        #expect(throws: ManifestError(path: folder.url.path, .noTranscripts)) { try manifest() }
    }
}

@Suite struct RecordingSplitterTests {
    private let recordings = (0..<40).map {
        TranscribedRecording(name: "\($0)", path: "\($0).wav", text: "x", speaker: "s\($0 % 8)")
    }

    @Test func speakersStayTogether() {
        let kept = RecordingSplitter.kept(of: recordings, share: 0.25, by: .speaker, seed: 3)
        #expect(kept.count == 10)
        let speakers = Set(kept.map { recordings[$0].speaker })
        #expect(speakers.count == 2)
        #expect(recordings.indices.allSatisfy { kept.contains($0) == speakers.contains(recordings[$0].speaker) })
        #expect(RecordingSplitter.kept(of: recordings, share: 0.25, by: .speaker, seed: 3) == kept)
        // At least one speaker, however small the share; never all.
        #expect(RecordingSplitter.kept(of: recordings, share: 0.01, by: .speaker, seed: 3).count == 5)
        #expect(RecordingSplitter.kept(of: recordings, share: 0.9, by: .speaker, seed: 3).count == 35)
        #expect(RecordingSplitter.kept(of: Array(recordings.prefix(1)), share: 0.5, by: .speaker, seed: 3).isEmpty)
    }

    @Test func recordingsAreDividedByTheShare() {
        #expect(RecordingSplitter.kept(of: recordings, share: 0.25, by: .recording, seed: 1).count == 10)
        #expect(RecordingSplitter.kept(of: recordings, share: 0, by: .recording, seed: 1).isEmpty)
    }
}
