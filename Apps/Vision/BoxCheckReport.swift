import CommandLineKit
import Datasets
import Foundation

/// What was found in one data set with boxes, for people and for programs.
struct BoxCheckReport {
    /// As it was named.
    let path: String
    let set: BoxDataSet
    let pictureCount: Int
    let report: BoxCheck.Report

    /// Reads all pictures of a data set, several at once, and compares them.
    init(path: String, checking set: BoxDataSet, console: Console) async throws {
        (self.path, self.set) = (path, set)
        let check = BoxCheck(of: set)
        let facts = try await PictureFacts.read(check.entries.map(\.sample), label: set.path, on: console)
        (pictureCount, report) = (facts.count, check.report(facts))
    }

    private var splits: [BoxDataSet.Split] { BoxDataSet.Split.allCases.filter { set.splits[$0] != nil } }
    private var boxCount: Int { self.set.splits.values.joined().reduce(0) { $0 + $1.boxes.count } }
    private var goodBoxCount: Int { report.counts.values.joined().reduce(0, +) }
    private var goodPictureCount: Int { report.good.splits.values.reduce(0) { $0 + $1.count } }

    var text: String {
        let columns = splits.map { split in
            (name: set.isDivided ? split.rawValue : "boxes", counts: report.counts[split] ?? [])
        }
        return DataCheckText(
            path: path, findings: report.findings.lines, problems: report.findings.sum, labels: set.labels,
            columns: columns,
            sum: "\(pictureCount) pictures, \(goodPictureCount) of them good, with \(boxCount) boxes, "
                + "\(goodBoxCount) of them good"
        ).text
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
            findings: report.findings.map { DataFindingRecord($0) })
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
