import CommandLineKit
import Datasets
import Foundation
import Kernels
import SpeechModels

/// What was found in one data set of recordings, for people and for programs.
struct DataCheckReport {
    /// As it was named.
    let path: String
    let check: RecordingCheck
    let report: RecordingCheck.Report

    private var splits: [RecordingCheck.Split] { RecordingCheck.Split.allCases.filter { report.parts[$0] != nil } }

    /// A line for each finding, then what each part has, then how long recordings are, then the sum.
    var text: String {
        let findings = report.findings.lines
        return [findings, partTable, lengthTable].filter { !$0.isEmpty }.map { $0 + "\n" }.joined()
            + "\(path): \(check.entries.count) recordings, \(report.goodCount) of them good; \(report.findings.sum)\n"
    }

    private var partTable: String {
        var table = TextTable(
            [.init("part")]
                + ["recordings", "good", "hours", "speakers", "words", "vocabulary"].map { .init($0, .right) })
        for split in splits {
            guard let part = report.parts[split] else { continue }
            table.append([
                check.isDivided ? split.rawValue : "all", "\(part.count)", "\(part.goodCount)",
                String(format: "%.2f", part.seconds / 3600), part.speakerCount == 0 ? "-" : "\(part.speakerCount)",
                "\(part.wordCount)", "\(part.vocabularyCount)",
            ])
        }
        return table.rendered()
    }

    /// Cells that the longest bar takes.
    private static let barLength = 40.0

    private var lengthTable: String {
        guard let most = report.lengths.bins.map(\.count).max() else { return "" }
        var table = TextTable([.init("seconds", .right), .init("recordings", .right), .init("")])
        for bin in report.lengths.bins {
            let range = bin.upper.map { "\(Self.short(bin.lower)) - \(Self.short($0))" }
            let bar = String(
                repeating: "#", count: Int((Self.barLength * Double(bin.count) / Double(most)).rounded(.up)))
            table.append([range ?? "more than \(Self.short(bin.lower))", "\(bin.count)", bar])
        }
        return table.rendered().split(separator: "\n").map { line in
            String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    private static func short(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : String(format: "%.1f", seconds)
    }

    /// What programs read.
    struct File: Encodable {
        struct Part: Encodable {
            let name: String
            let recordings: Int
            let good: Int
            let seconds: Double
            let speakers: Int
            let words: Int
            let vocabulary: Int
        }

        struct Length: Encodable {
            let from: Double
            /// Nil for all that are longer.
            let to: Double?
            let recordings: Int
        }

        let data: String
        let recordings: Int
        let good: Int
        let parts: [Part]
        let lengths: [Length]
        let characters: [String]
        let findings: [DataFindingRecord]
    }

    var file: File {
        File(
            data: path, recordings: check.entries.count, good: report.goodCount,
            parts: splits.compactMap { split in
                report.parts[split].map { part in
                    File.Part(
                        name: split.rawValue, recordings: part.count, good: part.goodCount, seconds: part.seconds,
                        speakers: part.speakerCount, words: part.wordCount, vocabulary: part.vocabularyCount)
                }
            },
            lengths: report.lengths.bins.map { File.Length(from: $0.lower, to: $0.upper, recordings: $0.count) },
            characters: report.characters, findings: report.findings.map { DataFindingRecord($0) })
    }
}

extension RecordingFacts {
    /// Recordings that a thread hears before progress is told.
    private static let pieceCount = 16

    /// What the sound of every recording is, several heard at once.
    static func read(_ check: RecordingCheck, on console: Console) async throws -> [RecordingFacts] {
        let meter = ProgressMeter(on: console, label: check.path, unit: .items("recordings"))
        defer { meter.finish() }
        let recordings = check.entries.map(\.recording)
        var facts: [RecordingFacts] = []
        facts.reserveCapacity(recordings.count)
        while facts.count < recordings.count {
            let part = recordings[facts.count..<min(recordings.count, facts.count + Threads.count * pieceCount)]
            facts += try await mapOnThreads(Array(part)) { RecordingFacts(reading: $0) }.map { try $0.get() }
            meter.update(completed: Double(facts.count), of: Double(recordings.count))
        }
        return facts
    }
}
