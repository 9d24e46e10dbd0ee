import Foundation
import TestKit
import Testing

@testable import Datasets

/// Whatever stands in a file, reading it ends with texts, recordings or an error.
@Suite struct HostileFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let texts: [String] = [
        "\"", "\"\"", ",", "\t", "|", "\n", "\r\n", "\r", "{", "}", "\"text\": ", "\"audio\": ", "\\", "\u{0}", "a",
        "é",
        "東", " ",
    ]
    private static let damage: [[UInt8]] = [[0xFF], [0xC3], [0xEF, 0xBB, 0xBF], [0xED, 0xA0, 0x80]]
    private static let parts = texts.map { Array($0.utf8) } + damage

    private func bytes(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<Int.random(in: 0...40, using: &generator)).flatMap { _ in
            Self.parts[Int.random(in: 0..<Self.parts.count, using: &generator)]
        }
    }

    @Test(arguments: ["list.tsv", "list.csv", "metadata.csv", "list.jsonl", "x.trans.txt"])
    func manifests(_ name: String) throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let bytes = bytes(using: &generator)
            try folder.write(bytes, to: name)
            do throws(ManifestError) {
                let recordings = try TranscriptManifest(path: folder.path(name)).recordings
                for case .failure(let error) in recordings { #expect(error.line != nil, "\(bytes)") }
            } catch {
                #expect(error.path == folder.path(name), "\(bytes)")
            }
        }
    }

    @Test(arguments: ["a.txt", "a.jsonl"])
    func corpora(_ name: String) throws {
        var generator = SystemRandomNumberGenerator()
        for round in 0..<300 {
            let bytes = bytes(using: &generator)
            try folder.write(bytes, to: name)
            let limit = round % 2 == 0 ? 0 : 100
            do {
                let corpus = try TextCorpus(paths: [folder.path(name)], skippingBadRows: limit)
                var byteCount = 0
                let report = try corpus.read { byteCount += $0.text.utf8.count }
                #expect(report.byteCount == byteCount && byteCount > 0, "\(bytes)")
                #expect(report.badRows.count <= limit, "\(bytes)")
            } catch let error as TextCorpusError {
                #expect(limit == 0 || error.reason == .noText, "\(bytes)")
            }
        }
    }
}
