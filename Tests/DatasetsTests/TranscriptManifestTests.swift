import Foundation
import JSON
import Testing

@testable import Datasets

@Suite struct TranscriptManifestTests {
    private func table(_ text: String) throws -> [Result<TranscribedRecording, ManifestError>] {
        let text = try ManifestText(path: "data/list.tsv", bytes: text.utf8)
        return try TableManifest(DelimitedText(text, delimiter: .tab)).recordings
    }

    private func commas(_ text: String) throws -> [Result<TranscribedRecording, ManifestError>] {
        let text = try ManifestText(path: "list.csv", bytes: text.utf8)
        return try TableManifest(DelimitedText(text, delimiter: .comma)).recordings
    }

    private func lines(_ text: String) throws -> [Result<TranscribedRecording, ManifestError>] {
        try JSONLinesManifest(path: "list.jsonl").recordings(
            in: ManifestText(path: "list.jsonl", bytes: text.utf8))
    }

    @Test func tableWithoutHeader() throws {
        #expect(
            try table("\u{FEFF}a.wav\t Hello, you \r\n\n/b/c.wav\t\n") == [
                .success(TranscribedRecording(name: "a.wav", path: "data/a.wav", text: "Hello, you")),
                .success(TranscribedRecording(name: "/b/c.wav", path: "/b/c.wav", text: "")),
            ])
    }

    @Test func headerNamesTheColumns() throws {
        #expect(
            try table("File\tseconds\ttext\na.wav\t2.79\tsteel key\n") == [
                .success(TranscribedRecording(name: "a.wav", path: "data/a.wav", text: "steel key"))
            ])
        #expect(throws: ManifestError(path: "data/list.tsv", line: 1, .incompleteHeader(missing: "text"))) {
            try table("file\tseconds\na.wav\t3\n")
        }
        #expect(throws: ManifestError(path: "data/list.tsv", line: 1, .incompleteHeader(missing: "path"))) {
            try table("text\tseconds\na.wav\t3\n")
        }
    }

    @Test func faultyLinesAreErrorsOfTheirOwn() throws {
        let path = "data/list.tsv"
        #expect(
            try table("a.wav\tone\nb.wav\n\tthree\n\nc.wav\tx\ty\na.wav\tagain\nd.wav\tlast") == [
                .success(TranscribedRecording(name: "a.wav", path: "data/a.wav", text: "one")),
                .failure(ManifestError(path: path, line: 2, .columns(found: 1, expected: 2, delimiter: "\t"))),
                .failure(ManifestError(path: path, line: 3, .emptyPath)),
                .failure(ManifestError(path: path, line: 5, .columns(found: 3, expected: 2, delimiter: "\t"))),
                .failure(ManifestError(path: path, line: 6, .duplicate(name: "a.wav", firstLine: 1))),
                .success(TranscribedRecording(name: "d.wav", path: "data/d.wav", text: "last")),
            ])
    }

    @Test func quotesAroundAWholeFieldGo() throws {
        let texts = try table("a\t\"x \"\"y\"\"\"\nb\t\"x\" y\nc\t\"x\" \"y\"\nd\t\"\ne\t\"\"\n").map {
            try $0.get().text
        }
        #expect(texts == ["x \"y\"", "\"x\" y", "\"x\" \"y\"", "\"", ""])
    }

    @Test func fieldsBetweenCommas() throws {
        let text = """
            client_id,Path,"Sentence"\r
            7, "a ""b"".wav" ,"one, two\r

            three"

            8,c.wav,5" nails
            9,d.wav,
            """
        #expect(
            try commas(text) == [
                .success(
                    TranscribedRecording(
                        name: "a \"b\".wav", path: "a \"b\".wav", text: "one, two\n\nthree", speaker: "7")),
                .success(TranscribedRecording(name: "c.wav", path: "c.wav", text: "5\" nails", speaker: "8")),
                .success(TranscribedRecording(name: "d.wav", path: "d.wav", text: "", speaker: "9")),
            ])
    }

    @Test func faultyRecordsBetweenCommas() throws {
        let path = "list.csv"
        #expect(
            try commas("a.wav,one, two\nb.wav,\"x\ny\" z\nc.wav,\"three\"\n\"c.wav\",4\n,5") == [
                .failure(ManifestError(path: path, line: 1, .columns(found: 3, expected: 2, delimiter: ","))),
                .failure(ManifestError(path: path, line: 2, .textAfterQuote(column: 2))),
                .success(TranscribedRecording(name: "c.wav", path: "c.wav", text: "three")),
                .failure(ManifestError(path: path, line: 5, .duplicate(name: "c.wav", firstLine: 4))),
                .failure(ManifestError(path: path, line: 6, .emptyPath)),
            ])
        #expect(throws: ManifestError(path: path, line: 2, .unclosedQuote)) {
            try commas("a.wav,one\nb.wav,\"two\nc.wav,three\n")
        }
        #expect(throws: ManifestError(path: path, line: 1, .severalNames(["text", "sentence"]))) {
            try commas("audio,text,sentence\na.wav,one,two\n")
        }
    }

    @Test func otherNamesInJSONLines() throws {
        let found = try lines(
            #"""
            {"audio_filepath": "a.wav", "duration": 3.5, "transcript": "one"}
            {"path": "b.wav", "sentence": "two"}
            {"path": "b.wav", "file": "c.wav", "sentence": "two"}
            """#)
        #expect(found[0] == .success(TranscribedRecording(name: "a.wav", path: "a.wav", text: "one")))
        #expect(found[1] == .success(TranscribedRecording(name: "b.wav", path: "b.wav", text: "two")))
        #expect(found[2] == .failure(ManifestError(path: "list.jsonl", line: 3, .severalNames(["path", "file"]))))
    }

    @Test func anEmptySpeakerIsNobody() throws {
        let found = try lines(
            #"""
            {"audio": "a.wav", "text": "one", "speaker": ""}
            {"audio": "b.wav", "text": "two", "speaker": "7"}
            """#)
        #expect(try found.map { try $0.get().speaker } == [nil, "7"])
    }

    @Test func jsonLines() throws {
        let text = #"""
            {"audio": "a.wav", "text": " one \u00e9", "duration": 3.5, "extra": [1, {"x": null}]}

            {"audio": "b.wav"}
            {"text": "c"}
            {"audio": 7, "text": "d"}
            {"audio": "e.wav", "text": "e", "text": "f"}
            {"audio": "g.wav", "text": "g"} tail
            {"audio": "", "text": "h"}
            """#
        let found = try lines(text)
        #expect(found[0] == .success(TranscribedRecording(name: "a.wav", path: "a.wav", text: "one é")))
        let errors = found.dropFirst().map { result -> ManifestError? in
            if case .failure(let error) = result { error } else { nil }
        }
        #expect(errors.map { $0?.line } == [3, 4, 5, 6, 7, 8])
        #expect(errors[0]?.reason == .missingKey("text"))
        #expect(errors[1]?.reason == .missingKey("audio"))
        #expect(
            errors[2]?.reason
                == .json(JSONError(.unexpectedByte(UInt8(ascii: "7"), expected: "a string"), offset: 10)))
        #expect(errors[4]?.reason == .json(JSONError(.trailingBytes, offset: 32)))
        #expect(errors[5]?.reason == .emptyPath)
    }

    @Test func invalidTextNamesTheLine() {
        #expect(throws: ManifestError(path: "x", line: 2, .notUTF8)) {
            try ManifestText(path: "x", bytes: Array("a\tb\n".utf8) + [0x66, 0xFF])
        }
    }
}

/// Manifests on disk.
@Suite final class ManifestFolderTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "triptych-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func add(_ name: String, _ contents: String = "") throws {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contents.utf8).write(to: url)
    }

    @Test func librispeechLayout() throws {
        try add("19/198/19-198.trans.txt", "19-198-0000 NORTHANGER ABBEY\n19-198-0001\n bad\n19-198-0002 END\n")
        try add("19/198/19-198-0000.ogg")
        try add("103/1240/103-1240.trans.txt", "103-1240-0000 CHAPTER ONE\n")
        try add("103/1240/103-1240-0000.flac")
        try add("103/1240/103-1240-0000.wav")
        try add(".hidden/x.trans.txt", "x Y\n")
        let recordings = try TranscriptManifest(path: folder.path).recordings
        let root = folder.path
        #expect(
            recordings == [
                .success(
                    TranscribedRecording(
                        name: "103-1240-0000", path: "\(root)/103/1240/103-1240-0000.flac", text: "CHAPTER ONE",
                        speaker: "103")),
                .success(
                    TranscribedRecording(
                        name: "19-198-0000", path: "\(root)/19/198/19-198-0000.ogg", text: "NORTHANGER ABBEY",
                        speaker: "19")),
                .success(
                    TranscribedRecording(
                        name: "19-198-0001", path: "\(root)/19/198/19-198-0001.flac", text: "", speaker: "19")),
                .failure(ManifestError(path: "\(root)/19/198/19-198.trans.txt", line: 3, .noIdentifier)),
                .success(
                    TranscribedRecording(
                        name: "19-198-0002", path: "\(root)/19/198/19-198-0002.flac", text: "END", speaker: "19")),
            ])
        #expect(try TranscriptManifest(path: "\(root)/19/198/19-198.trans.txt").recordings.count == 4)
    }

    @Test func ljSpeechLayout() throws {
        try add(
            "metadata.csv",
            "LJ001-0001|In 1455, \"so\"|In fourteen fifty-five, \"so\"\nLJ001-0002|plain|\nx|y\nbad\n|a|b\n")
        try add("wavs/LJ001-0001.wav")
        try add("wavs/LJ001-0002.flac")
        let root = folder.path
        let path = "\(root)/metadata.csv"
        let expected: [Result<TranscribedRecording, ManifestError>] = [
            .success(
                TranscribedRecording(
                    name: "LJ001-0001", path: "\(root)/wavs/LJ001-0001.wav", text: "In fourteen fifty-five, \"so\"")),
            .success(TranscribedRecording(name: "LJ001-0002", path: "\(root)/wavs/LJ001-0002.flac", text: "plain")),
            .success(TranscribedRecording(name: "x", path: "\(root)/wavs/x.wav", text: "y")),
            .failure(ManifestError(path: path, line: 4, .columns(found: 1, expected: 3, delimiter: "|"))),
            .failure(ManifestError(path: path, line: 5, .emptyPath)),
        ]
        #expect(try TranscriptManifest(path: root).recordings == expected)
        #expect(try TranscriptManifest(path: path).recordings == expected)

        try add("metadata.csv", "file_name,transcription\nwavs/LJ001-0001.wav,one\n")
        #expect(
            try TranscriptManifest(path: root).recordings == [
                .success(
                    TranscribedRecording(
                        name: "wavs/LJ001-0001.wav", path: "\(root)/wavs/LJ001-0001.wav", text: "one"))
            ])
    }

    @Test func folderWithATableStandsForIt() throws {
        try add("transcripts.tsv", "a.wav\tone\n")
        try add("x/y.trans.txt", "y TWO\n")
        let recordings = try TranscriptManifest(path: folder.path).recordings
        #expect(
            recordings == [
                .success(TranscribedRecording(name: "a.wav", path: "\(folder.path)/a.wav", text: "one"))
            ])
    }

    @Test func whatCannotBeReadIsNamed() throws {
        try add("empty.tsv", "\n")
        try add("void/readme.md")
        func reason(_ name: String) -> ManifestError.Reason? {
            let error = #expect(throws: ManifestError.self) {
                try TranscriptManifest(path: folder.appendingPathComponent(name).path)
            }
            return error?.reason
        }
        #expect(reason("missing.tsv") == .unreadable("no such file or folder"))
        #expect(reason("empty.tsv") == .empty)
        #expect(reason("void") == .noTranscripts)
    }
}
