import Foundation
import JSON
import TestKit
import Testing

@testable import Datasets

@Suite struct TextCorpusTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func corpus(
        _ names: String..., field: String = "text", skipping limit: Int = 0
    ) throws -> TextCorpus {
        try TextCorpus(paths: names.map(folder.path), field: field, skippingBadRows: limit)
    }

    private func read(_ corpus: TextCorpus) throws -> (texts: [String], report: TextCorpus.Report) {
        var texts: [String] = []
        var open = ""
        let report = try corpus.read { piece in
            open += piece.text
            if piece.endsText {
                texts.append(open)
                open = ""
            }
        }
        #expect(open.isEmpty)
        return (texts, report)
    }

    private func reason(_ body: () throws -> Void) -> TextCorpusError? {
        do {
            try body()
            return nil
        } catch let error as TextCorpusError {
            return error
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test func filesAndFolders() throws {
        try folder.write("\u{FEFF}one\r\ntwo\n", to: "a/b.txt")
        let rows = [#"{"text": "four", "id": 1}"#, "", #"{"id": [2], "text": "fi\u0076e\n"}"#]
        try folder.write(rows.joined(separator: "\n"), to: "a/c/d.jsonl")
        try folder.write("three", to: "a/c/a.md")
        try folder.write("no", to: "a/e.py")
        try folder.write("no", to: "a/.hidden.txt")
        try folder.addLink("a/c/loop", to: folder.path("a"))
        let (texts, report) = try read(corpus("a"))
        #expect(texts == ["one\r\ntwo\n", "three", "four", "five\n"])
        #expect(report.textCount == 4 && report.badRows.isEmpty)
        #expect(report.byteCount == texts.reduce(0) { $0 + $1.utf8.count })
        // A file that is named is read whatever its ending.
        #expect(try read(corpus("a/e.py", "a/c/a.md")).texts == ["no", "three"])
    }

    @Test func badRowsAreErrorsWithTheirPlace() throws {
        let rows = [
            #"{"text": "one"}"#, "{", #"{"other": "two"}"#, #"{"text": 3}"#, #"{"text": ""}"#,
            #"{"text": "a", "text": "b"}"#, #"{"text": "six"}"#,
        ]
        try folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
        let path = folder.path("rows.jsonl")
        let first = reason { _ = try read(corpus("rows.jsonl")) }
        #expect(first?.place == path + ":2")
        guard case .json = first?.reason else {
            Issue.record("\(String(describing: first))")
            return
        }
        let (texts, report) = try read(corpus("rows.jsonl", skipping: 5))
        #expect(texts == ["one", "six"])
        #expect(report.badRows.map(\.line) == [2, 3, 4, 5, 6])
        #expect(report.badRows[1].reason == .missingField("text") && report.badRows[3].reason == .emptyText)
        let last = reason { _ = try read(corpus("rows.jsonl", skipping: 4)) }
        #expect(last?.line == 6)
        guard case .tooManyBadRows(allowed: 4, first: .json)? = last?.reason else {
            Issue.record("\(String(describing: last))")
            return
        }
        #expect(try read(corpus("rows.jsonl", field: "other", skipping: 6)).texts == ["two"])
    }

    @Test func linesThatAreNotUTF8() throws {
        var bytes = Array("one\ntwo\n".utf8)
        bytes += [0x66, 0xFF, 0x0A]
        bytes += Array("four\n".utf8)
        try folder.write(bytes, to: "a.txt")
        #expect(
            reason { _ = try read(corpus("a.txt")) }
                == TextCorpusError(path: folder.path("a.txt"), line: 3, .notUTF8))
        let (texts, report) = try read(corpus("a.txt", skipping: 1))
        #expect(texts == ["one\ntwo\nfour\n"])
        #expect(report.badRows == [TextCorpusError(path: folder.path("a.txt"), line: 3, .notUTF8)])
        try folder.write(Array(#"{"text": ""#.utf8) + [0xC3, 0x22, 0x7D], to: "b.jsonl")
        #expect(reason { _ = try read(corpus("b.jsonl")) }?.line == 1)
    }

    @Test func nothingToReadIsAnError() throws {
        try folder.write("", to: "empty.txt")
        try folder.write("\n\n", to: "empty.jsonl")
        try folder.write("x", to: "code/a.py")
        #expect(reason { _ = try read(corpus("empty.txt")) }?.reason == .noText)
        #expect(reason { _ = try read(corpus("empty.jsonl")) }?.reason == .noText)
        #expect(reason { _ = try corpus("code") }?.reason == .noTextFiles)
        #expect(reason { _ = try corpus("absent") }?.reason == .unreadable("no such file or folder"))
        #expect(try read(corpus("empty.txt", "code/a.py")).report.textCount == 1)
    }

    /// Pieces joined are the file, and each ends where a word does.
    @Test func longTextsComeInPieces() throws {
        var text = ""
        var generator = SystemRandomNumberGenerator()
        while text.utf8.count < 5 << 19 {
            text += ["the ", "été\r\n", "\n\n", "  ", "x", "東京", "don't ", "12 ", ".", "\t"].randomElement(
                using: &generator)!
        }
        try folder.write(text, to: "long.txt")
        var pieces: [String] = []
        _ = try corpus("long.txt").read { pieces.append($0.text) }
        #expect(pieces.count > 2)
        #expect(pieces.joined().utf8.elementsEqual(text.utf8))
        for (piece, next) in zip(pieces, pieces.dropFirst()) where !next.isEmpty {
            #expect(piece.unicodeScalars.last.map { CharacterSet.alphanumerics.contains($0) } == true)
            #expect(next.unicodeScalars.first?.properties.isWhitespace == true)
        }
    }

    /// Without any white space a text is cut between characters.
    @Test func aTextWithoutWhiteSpace() throws {
        let text = String(repeating: "東", count: (TextPieces.longestPiece + (1 << 20)) / 3)
        try folder.write(text, to: "long.txt")
        var pieces: [String] = []
        _ = try corpus("long.txt").read { pieces.append($0.text) }
        #expect(pieces.count > 1)
        #expect(pieces.joined() == text)
    }

    /// Lines longer than what is read at once, and many in one.
    @Test func linesOverChunks() throws {
        let lines = ["", "a", String(repeating: "b", count: FileLines.chunkLength * 2 + 7), "c\r", "", "d"]
        try folder.write(lines.joined(separator: "\n"), to: "lines")
        var found: [String] = []
        var numbers: [Int] = []
        try FileLines(path: folder.path("lines")).read { line, number in
            found.append(String(decoding: line, as: UTF8.self))
            numbers.append(number)
        }
        #expect(found == ["", "a", lines[2], "c", "", "d"])
        #expect(numbers == [1, 2, 3, 4, 5, 6])
    }
}
