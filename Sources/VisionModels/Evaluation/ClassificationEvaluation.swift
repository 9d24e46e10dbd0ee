public import Evaluation
public import Hashing

/// Gathers what a model says of pictures whose class is known, and makes the report of it.
public struct ClassificationEvaluation: Sendable {
    public static let accuracy = "accuracy"
    public static let topFiveAccuracy = "top_5_accuracy"
    public static let macroF1 = "macro_f1"
    public static let calibrationError = "expected_calibration_error"

    public private(set) var confusion: ConfusionMatrix
    private var calibration = Calibration()
    private var items: [EvaluationReport.Item] = []
    private var answered = 0
    private var dataHash = SHA256()

    public init(labels: [String]) { confusion = ConfusionMatrix(labels: labels) }

    private var labels: [String] { confusion.labels }

    /// Adds a picture.
    ///
    /// - Parameters:
    ///   - contentHash: of the file, or of its pixels.
    ///   - label: the number of its class.
    ///   - probabilities: of all classes.
    public mutating func add(name: String, contentHash: SHA256Digest, label: Int, probabilities: [Double]) {
        addToHash(name, contentHash, label)
        // Of equal ones the first counts.
        let ranking = probabilities.indices.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
        let best = ranking[0]
        confusion.add(reference: label, found: best)
        calibration.add(probability: probabilities[best], isRight: best == label)
        func share(_ isHit: Bool) -> Ratio { Ratio(isHit ? 1 : 0, over: 1) }
        var figures = [Self.accuracy: share(best == label)]
        if labels.count > 5 { figures[Self.topFiveAccuracy] = share(ranking.prefix(5).contains(label)) }
        items.append(
            EvaluationReport.Item(
                name: name, reference: labels[label], output: labels[best], figures: figures,
                parts: [
                    Self.accuracy: [
                        "probability": probabilities[best], "probability_of_reference": probabilities[label],
                    ]
                ]))
        answered += 1
    }

    /// Adds a picture that could not be read; it is reported and stands in no figure.
    public mutating func addFailure(name: String, label: Int, error: String) {
        addToHash(name, nil, label)
        items.append(EvaluationReport.Item(name: name, reference: labels[label], error: error))
    }

    private mutating func addToHash(_ name: String, _ contentHash: SHA256Digest?, _ label: Int) {
        dataHash.update("\(name)\t\(contentHash?.hexadecimal ?? "-")\t\(labels[label])\n".utf8)
    }

    /// The pictures that were judged wrongly, those first whose own class seemed least probable.
    public static func worst(of report: EvaluationReport, count: Int) -> [EvaluationReport.Item] {
        func probability(_ item: EvaluationReport.Item) -> Double {
            item.parts?[accuracy]?["probability_of_reference"] ?? 0
        }
        let wrong = report.items.filter { $0.figures[accuracy]?.numerator == 0 }
        return Array(
            wrong.enumerated().sorted {
                (probability($0.element), $0.offset) < (probability($1.element), $1.offset)
            }.map(\.element).prefix(count))
    }

    /// The report of everything added so far.
    ///
    /// - Parameter wallSeconds: what it took.
    public func report(
        model: EvaluationReport.Model, dataName: String, settings: [String: Setting], wallSeconds: Double,
        environment: EvaluationReport.Environment, bootstrap: Bootstrap = Bootstrap()
    ) -> EvaluationReport {
        func ratio(_ name: String) -> Figure {
            Figure(
                name: name, ratios: items.compactMap { $0.figures[name] }, lowerIsBetter: false, bootstrap: bootstrap)
        }
        func plain(_ name: String, _ value: Double?, lowerIsBetter: Bool) -> Figure {
            Figure(name: name, value: value, unit: "fraction", lowerIsBetter: lowerIsBetter, itemCount: answered)
        }
        var report = EvaluationReport(
            task: "picture classification", model: model,
            data: EvaluationReport.DataSet(
                name: dataName, sha256: dataHash.finalized().hexadecimal, itemCount: items.count),
            settings: settings,
            figures: [ratio(Self.accuracy)] + (labels.count > 5 ? [ratio(Self.topFiveAccuracy)] : []) + [
                plain(Self.macroF1, confusion.macroF1, lowerIsBetter: false),
                plain(Self.calibrationError, calibration.error, lowerIsBetter: true),
            ], items: items, environment: environment,
            timing: EvaluationReport.Timing(amount: Double(answered), unit: "pictures", wallSeconds: wallSeconds))
        report.classes = EvaluationReport.Classes(confusion)
        return report
    }
}
