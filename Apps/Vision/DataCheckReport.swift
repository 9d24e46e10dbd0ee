import CommandLineKit
import Datasets
import Foundation

/// What was found in one data set, for people and for programs.
struct DataCheckReport {
    /// As it was named.
    let path: String
    let set: PictureDataSet
    let pictureCount: Int
    let report: PictureCheck.Report

    private var splits: [PictureDataSet.Split] { PictureDataSet.Split.allCases.filter { set.splits[$0] != nil } }

    var text: String {
        let columns = splits.map { split in
            (name: set.isDivided ? split.rawValue : "pictures", counts: report.counts[split] ?? [])
        }
        return DataCheckText(
            path: path, findings: report.findings.lines, problems: report.findings.sum, labels: set.labels,
            columns: columns, sum: "\(pictureCount) pictures, \(report.good.count) of them good"
        ).text
    }

    /// What programs read.
    struct File: Encodable {
        struct Class: Encodable {
            let label: String
            /// Good pictures by part of the data; nil where a picture shows any number of classes.
            let pictures: [String: Int]?
            /// Good boxes by part of the data.
            let boxes: [String: Int]?
        }

        struct Boxes: Encodable {
            let all: Int
            let good: Int
        }

        let data: String
        let pictures: Int
        let good: Int
        /// Nil for pictures without boxes.
        let boxes: Boxes?
        let classes: [Class]
        let findings: [DataFindingRecord]
    }

    var file: File {
        File(
            data: path, pictures: pictureCount, good: report.good.count, boxes: nil,
            classes: set.labels.enumerated().map { index, label in
                File.Class(
                    label: label,
                    pictures: Dictionary(
                        uniqueKeysWithValues: splits.map { ($0.rawValue, report.counts[$0]?[index] ?? 0) }),
                    boxes: nil)
            },
            findings: report.findings.map { DataFindingRecord($0) })
    }
}
