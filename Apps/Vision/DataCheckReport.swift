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

    /// A line for each finding, then how many good pictures each class has, then the sum.
    var text: String {
        var text = report.findings.map { "\($0)".escapingControlCharacters() + "\n" }.joined()
        let counted = set.isDivided ? splits.map(\.rawValue) : ["pictures"]
        var table = TextTable([.init("class")] + counted.map { .init($0, .right) })
        for (index, label) in set.labels.enumerated() {
            table.append([label] + splits.map { "\(report.counts[$0]?[index] ?? 0)" })
        }
        text += (text.isEmpty ? "" : "\n") + table.rendered() + "\n"
        let problems = report.problemCount
        let remarks = report.findings.count - problems
        text += "\(path): \(pictureCount) pictures, \(report.good.count) of them good; "
        text += problems == 0 ? "no problem" : problems == 1 ? "1 problem" : "\(problems) problems"
        if remarks > 0 { text += ", \(remarks) \(remarks == 1 ? "remark" : "remarks")" }
        return text + "\n"
    }

    static func json(_ files: [File]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(files), as: UTF8.self) + "\n"
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

        struct Finding: Encodable {
            let kind: String
            let name: String
            let other: String?
            let reason: String
            let isProblem: Bool

            enum CodingKeys: String, CodingKey {
                case kind, name, other, reason
                case isProblem = "problem"
            }
        }

        let data: String
        let pictures: Int
        let good: Int
        /// Nil for pictures without boxes.
        let boxes: Boxes?
        let classes: [Class]
        let findings: [Finding]
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
            findings: report.findings.map {
                File.Finding(
                    kind: $0.kind, name: $0.name, other: $0.other, reason: $0.explanation, isProblem: $0.isProblem)
            })
    }
}
