import CommandLineKit
import Datasets
import Foundation
import Kernels

/// What was found in one data set with boxes, for people and for programs.
struct BoxCheckReport {
    /// As it was named.
    let path: String
    let set: BoxDataSet
    let pictureCount: Int
    let report: BoxCheck.Report

    /// Pictures that a thread reads before progress is told.
    private static let pieceCount = 32

    /// Reads all pictures of a data set, several at once, and compares them.
    init(path: String, checking set: BoxDataSet, console: Console) async throws {
        (self.path, self.set) = (path, set)
        let check = BoxCheck(of: set)
        let meter = ProgressMeter(on: console, label: set.path, unit: .items("pictures"))
        defer { meter.finish() }
        let count = check.entries.count
        var facts: [PictureFacts] = []
        facts.reserveCapacity(count)
        while facts.count < count {
            let entries = check.entries[facts.count..<min(count, facts.count + Threads.count * Self.pieceCount)]
            facts += try await mapOnThreads(entries.map(\.sample)) { PictureFacts(reading: $0) }.map { try $0.get() }
            meter.update(completed: Double(facts.count), of: Double(count))
        }
        (pictureCount, report) = (count, check.report(facts))
    }

    private var splits: [BoxDataSet.Split] { BoxDataSet.Split.allCases.filter { set.splits[$0] != nil } }
    private var boxCount: Int { self.set.splits.values.joined().reduce(0) { $0 + $1.boxes.count } }
    private var goodBoxCount: Int { report.counts.values.joined().reduce(0, +) }
    private var goodPictureCount: Int { report.good.splits.values.reduce(0) { $0 + $1.count } }

    /// A line for each finding, then how many good boxes each class has, then the sum.
    var text: String {
        var text = report.findings.map { "\($0)".escapingControlCharacters() + "\n" }.joined()
        let counted = set.isDivided ? splits.map(\.rawValue) : ["boxes"]
        var table = TextTable([.init("class")] + counted.map { .init($0, .right) })
        for (index, label) in set.labels.enumerated() {
            table.append([label] + splits.map { "\(report.counts[$0]?[index] ?? 0)" })
        }
        text += (text.isEmpty ? "" : "\n") + table.rendered() + "\n"
        let problems = report.problemCount
        let remarks = report.findings.count - problems
        text += "\(path): \(pictureCount) pictures, \(goodPictureCount) of them good, with \(boxCount) boxes, "
        text += "\(goodBoxCount) of them good; "
        text += problems == 0 ? "no problem" : problems == 1 ? "1 problem" : "\(problems) problems"
        if remarks > 0 { text += ", \(remarks) \(remarks == 1 ? "remark" : "remarks")" }
        return text + "\n"
    }

    /// What programs read, of the shape that data without boxes has too.
    var file: DataCheckReport.File {
        DataCheckReport.File(
            data: path, pictures: pictureCount, good: goodPictureCount,
            boxes: DataCheckReport.File.Boxes(all: boxCount, good: goodBoxCount),
            classes: set.labels.enumerated().map { index, label in
                DataCheckReport.File.Class(
                    label: label, pictures: nil,
                    boxes: Dictionary(
                        uniqueKeysWithValues: splits.map { ($0.rawValue, report.counts[$0]?[index] ?? 0) }))
            },
            findings: report.findings.map {
                DataCheckReport.File.Finding(
                    kind: $0.kind, name: $0.name, other: $0.other, reason: $0.explanation, isProblem: $0.isProblem)
            })
    }

    /// The good pictures and boxes in a folder of their own, in the format that the data has.
    ///
    /// - Returns: whether all were written.
    func writeCleanCopy(to folder: String, _ console: Console) async throws -> Bool {
        let writer = BoxDataWriter(
            set: report.good, format: set.format ?? .coco, folder: folder, placement: .copy, console: console)
        let (written, failed) = try await writer.write()
        console.note("\(folder): \(written) good pictures")
        return failed == 0
    }
}
