import Charts
import CommandLineKit
import Datasets
import Evaluation
import Foundation
import Geometry
import Images
import VisionModels

/// Shows what an evaluation of a detector found, in the form that was asked for.
struct DetectionPresentation: Sendable {
    let format: Evaluate.Format
    let worst: Int
    let output: String?
    let curves: String?
    let sheet: String?
    let console: Console

    /// More curves in one drawing cannot be told apart.
    private static let curveLimit = 12

    func show(_ evaluation: DetectionEvaluation, _ report: EvaluationReport) throws {
        if let output { try ResultFile.write(report.json(), to: output) }
        if let curves, let chart = Self.chart(report) {
            try PNGWriter.write(chart.drawing(width: 800, height: 600).rasterized(), to: curves)
        }
        if let sheet, let scores = report.detection {
            let pictures = evaluation.worst(of: report, count: worst)
            try writeSheet(of: pictures, evaluation, confidence: scores.confidence, to: sheet)
        }
        switch format {
        case .text: try console.write(report.summary(worstItemCount: 0) + classTable(report) + worstList(report))
        case .json: try console.write(report.json())
        case .csv: try console.write(report.itemTable())
        }
    }

    // MARK: Text

    private func classTable(_ report: EvaluationReport) -> String {
        guard let detection = report.detection else { return "" }
        func percent(_ value: Double?) -> String { value.map { String(format: "%.1f", 100 * $0) } ?? "-" }
        var table = TextTable([
            .init("class"), .init("things", .right), .init("AP %", .right), .init("AP50 %", .right),
            .init("AP75 %", .right), .init("AR %", .right), .init("VOC AP %", .right),
        ])
        for score in detection.scores where score.count > 0 {
            table.append([
                score.label, "\(score.count)", percent(score.averagePrecision), percent(score.averagePrecision50),
                percent(score.averagePrecision75), percent(score.averageRecall), percent(score.vocAveragePrecision),
            ])
        }
        var text = "\n" + table.rendered()
        if let point = detection.bestPoint {
            text += String(
                format: "\nbest confidence: %.3f, where precision is %.1f %%, recall %.1f %% and F1 %.1f %%\n",
                point.confidence, 100 * point.precision, 100 * point.recall, 100 * point.f1)
        }
        return text
    }

    private func worstList(_ report: EvaluationReport) -> String {
        let worst = report.worstItems(by: DetectionEvaluation.errorRate, count: worst)
        guard !worst.isEmpty else { return "" }
        let lines = worst.map { item in
            let parts = item.parts?[DetectionEvaluation.errorRate] ?? [:]
            func count(_ name: String) -> Int { Int(parts[name] ?? 0) }
            return "\(item.name.escapingControlCharacters()): \(count("hits")) found, \(count("misses")) missed, "
                + "\(count("false_alarms")) wrong\n"
        }
        return "\nmost errors for each thing:\n" + lines.joined()
    }

    // MARK: Pictures

    /// Precision over recall: all classes together, and those with the most things.
    static func chart(_ report: EvaluationReport) -> LineChart? {
        let scores = (report.detection?.scores ?? []).enumerated().filter { $0.element.curve != nil }
        guard let recalls = scores.first?.element.curve?.recalls else { return nil }
        func points(_ precisions: [Double]) -> [Point] { zip(recalls, precisions).map { Point($0, $1) } }
        let shown = scores.sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.prefix(curveLimit)
        var series = shown.enumerated().map { place, shown in
            let score = shown.element
            return LineChart.Series(
                String(format: "%@ %.3f", score.label, score.averagePrecision50 ?? 0),
                points(score.curve?.precisions ?? []), color: .forClass(place), width: 1.5)
        }
        if scores.count > 1 {
            let mean = recalls.indices.map { place in
                scores.reduce(0) { $0 + ($1.element.curve?.precisions[place] ?? 0) } / Double(scores.count)
            }
            let value = mean.reduce(0, +) / Double(mean.count)
            series.append(
                LineChart.Series(
                    String(format: "mean of %d classes %.3f", scores.count, value), points(mean),
                    color: Color(0x1F2933), width: 3))
        }
        var chart = LineChart(
            title: "\(report.model.name) on \(report.data.name): precision over recall, overlap 0.5",
            horizontalLabel: "recall", verticalLabel: "precision", series: series)
        chart.legendCorner = .lowerLeft
        chart.reach = [Point(0, 0), Point(1, 1)]
        return chart
    }

    private static let side = 480

    /// Each picture twice, side by side: what is in it, and what was found.
    private func writeSheet(
        of worst: [DetectionEvaluation.Judged], _ evaluation: DetectionEvaluation, confidence: Double, to path: String
    ) throws {
        var writer = ContactSheetWriter(
            path, layout: ContactSheet.Layout(columns: 2, rows: 5, thumbnailSide: Self.side))
        func things(_ classes: [Int]) -> String {
            let counts = Dictionary(grouping: classes, by: \.self).mapValues(\.count).sorted { $0.key < $1.key }
            return counts.isEmpty
                ? "nothing" : counts.map { "\($0.value) \(evaluation.labels[$0.key])" }.joined(separator: ", ")
        }
        for judged in worst {
            let picture = SmallPicture(try ImageReader().read(judged.picture.path))
            let outcome = evaluation.outcome(of: judged, confidence: confidence)
            let name = (judged.picture.name as NSString).lastPathComponent
            let misses = Set(outcome.misses)
            try writer.add(
                picture.drawn(
                    judged.picture.boxes.enumerated().map { place, box in
                        let label = misses.contains(place) ? "missed: \(evaluation.labels[box.label])" : ""
                        return LabelledBox(box.rectangle, label: label, color: .forClass(box.label))
                    }), caption: ["what is there: \(things(judged.picture.boxes.map(\.label)))", name])
            let places = outcome.others.map { ($0, false) } + outcome.falseAlarms.map { ($0, true) }
            try writer.add(
                picture.drawn(
                    places.map { place, isWrong in
                        let object = judged.found[place]
                        let percent = String(format: "%.0f", 100 * object.confidence)
                        return LabelledBox(
                            object.box, label: isWrong ? "wrong: \(object.label) \(percent) %" : "",
                            color: .forClass(object.classIndex))
                    }),
                caption: [
                    "missed: \(things(outcome.misses.map { judged.picture.boxes[$0].label })); "
                        + "wrong: \(things(outcome.falseAlarms.map { judged.found[$0].classIndex }))", name,
                ])
        }
        try writer.finish()
        console.note(
            writer.paths.isEmpty
                ? "no picture has an error, so there is no sheet" : "sheet: \(writer.paths.joined(separator: ", "))")
    }

    /// A picture at the size of the sheet, for drawing boxes of the picture on it.
    private struct SmallPicture {
        private let bitmap: Bitmap
        private let scale: Double

        init(_ picture: Bitmap) {
            let scale = Double(DetectionPresentation.side) / Double(max(picture.width, picture.height))
            func scaled(_ extent: Int) -> Int {
                max(1, min(DetectionPresentation.side, Int((Double(extent) * scale).rounded())))
            }
            bitmap = picture.resized(toWidth: scaled(picture.width), height: scaled(picture.height), by: .bilinear)
            self.scale = scale
        }

        func drawn(_ boxes: [LabelledBox]) -> Bitmap {
            var result = bitmap
            result.draw(
                boxes.map { LabelledBox($0.rectangle.scaled(by: scale), label: $0.label, color: $0.color) })
            return result
        }
    }
}
