import Charts
import CommandLineKit
import Evaluation
import Foundation
import Images
import VisionModels

/// Shows what an evaluation of pictures found, in the form that was asked for.
struct EvaluationPresentation: Sendable {
    let format: Evaluate.Format
    let worst: Int
    let output: String?
    let confusion: String?
    let console: Console

    /// With more classes, their table would be longer than anybody reads.
    private static let classLimit = 40

    func show(_ report: EvaluationReport) throws {
        if let output { try ResultFile.write(report.json(), to: output) }
        if let confusion, let matrix = report.classes?.confusion {
            let chart = MatrixChart(
                title: "\(report.model.name) on \(report.data.name)", rowTitle: "true class",
                columnTitle: "found class",
                labels: matrix.labels, counts: matrix.counts)
            try PNGWriter.write(chart.drawing().rasterized(), to: confusion)
        }
        switch format {
        case .text:
            try console.write(report.summary(worstItemCount: 0) + classTable(report) + worstList(report))
        case .json: try console.write(report.json())
        case .csv: try console.write(report.itemTable())
        }
    }

    private func classTable(_ report: EvaluationReport) -> String {
        guard let classes = report.classes, classes.scores.count <= Self.classLimit else { return "" }
        func percent(_ value: Double?) -> String { value.map { String(format: "%.1f", 100 * $0) } ?? "-" }
        var table = TextTable([
            .init("class"), .init("pictures", .right), .init("precision %", .right), .init("recall %", .right),
            .init("F1 %", .right), .init("most often taken for"),
        ])
        for (index, score) in classes.scores.enumerated() {
            let mistake = classes.confusion.mistakes.first { $0.reference == index }
            table.append([
                score.label, "\(score.count)", percent(score.precision), percent(score.recall), percent(score.f1),
                mistake.map { "\(classes.scores[$0.found].label) (\($0.count))" } ?? "",
            ])
        }
        return "\n" + table.rendered()
    }

    private func worstList(_ report: EvaluationReport) -> String {
        let worst = ClassificationEvaluation.worst(of: report, count: worst)
        guard !worst.isEmpty else { return "" }
        let lines = worst.map { item in
            let probability = item.parts?[ClassificationEvaluation.accuracy]?["probability"] ?? 0
            return "\(item.name.escapingControlCharacters()): \(item.reference ?? ""), taken for \(item.output ?? "") "
                + "(\(String(format: "%.1f", 100 * probability)) %)\n"
        }
        return "\njudged most wrongly:\n" + lines.joined()
    }
}
