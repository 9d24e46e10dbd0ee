import CommandLineKit

/// What the check of a data set says to people: a line for each finding, then how many good ones each class has, then the sum.
struct DataCheckText {
    let path: String
    /// A line for each, and how many there are.
    let findings: String
    let problems: String
    let labels: [String]
    /// What the columns are called, and how many each class has in them.
    let columns: [(name: String, counts: [Int])]
    /// As in "5 pictures, 4 of them good".
    let sum: String

    var text: String {
        var table = TextTable([.init("class")] + columns.map { .init($0.name, .right) })
        for (index, label) in labels.enumerated() { table.append([label] + columns.map { "\($0.counts[index])" }) }
        return findings + (findings.isEmpty ? "" : "\n") + table.rendered() + "\n\(path): \(sum); \(problems)\n"
    }
}
