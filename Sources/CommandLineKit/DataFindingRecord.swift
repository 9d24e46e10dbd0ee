public import Datasets
import Foundation

/// A finding about data as programs read it.
public struct DataFindingRecord: Encodable, Sendable {
    let kind: String
    let name: String
    let place: String?
    let other: String?
    let reason: String
    let isProblem: Bool

    enum CodingKeys: String, CodingKey {
        case kind, name, place, other, reason
        case isProblem = "problem"
    }

    public init(_ finding: some DataFinding) {
        (kind, name, place, other) = (finding.kind, finding.name, finding.place, finding.other)
        (reason, isProblem) = (finding.explanation, finding.isProblem)
    }

    /// What checks of several data sets found, as one JSON text.
    public static func json(_ files: [some Encodable]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(files), as: UTF8.self) + "\n"
    }
}

extension Collection where Element: DataFinding {
    /// A line for each finding.
    public var lines: String { map { "\($0)".escapingControlCharacters() + "\n" }.joined() }

    /// As in "2 problems, 1 remark".
    public var sum: String {
        let problems = count { $0.isProblem }
        let remarks = count - problems
        return (problems == 0 ? "no problem" : problems == 1 ? "1 problem" : "\(problems) problems")
            + (remarks > 0 ? ", \(remarks) \(remarks == 1 ? "remark" : "remarks")" : "")
    }
}
