import CommandLineKit
import Datasets

/// What the check of a data set says to people: a line for each finding, then how many good ones each class has, then the sum.
struct DataCheckText {
    let path: String
    let findings: [any DataFinding]
    let problemCount: Int
    let labels: [String]
    /// What the columns are called, and how many each class has in them.
    let columns: [(name: String, counts: [Int])]
    /// As in "5 pictures, 4 of them good".
    let sum: String

    var text: String {
        var text = findings.map { "\($0)".escapingControlCharacters() + "\n" }.joined()
        var table = TextTable([.init("class")] + columns.map { .init($0.name, .right) })
        for (index, label) in labels.enumerated() { table.append([label] + columns.map { "\($0.counts[index])" }) }
        text += (text.isEmpty ? "" : "\n") + table.rendered() + "\n"
        text += "\(path): \(sum); "
        text += problemCount == 0 ? "no problem" : problemCount == 1 ? "1 problem" : "\(problemCount) problems"
        let remarks = findings.count - problemCount
        if remarks > 0 { text += ", \(remarks) \(remarks == 1 ? "remark" : "remarks")" }
        return text + "\n"
    }
}
