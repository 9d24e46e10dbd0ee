public import Datasets
public import Evaluation
import Geometry
public import Hashing

/// Gathers what a model finds in pictures of which is known what they show, and makes the report of it.
public struct DetectionEvaluation: Sendable {
    /// Misses and false alarms over things to find, at the confidence that suits all pictures best.
    public static let errorRate = "detection_error_rate"
    public static let vocPrecision = "voc_average_precision"
    public static let voc2007Precision = "voc_2007_average_precision"

    /// A picture with what is in it and what was found.
    public struct Judged: Sendable {
        public let picture: AnnotatedPicture
        /// The surest first.
        public let found: [DetectedObject]
        let contentHash: SHA256Digest
    }

    private enum Entry: Sendable {
        case judged(Judged)
        case failed(AnnotatedPicture, error: String)

        var picture: AnnotatedPicture {
            switch self {
            case .judged(let judged): judged.picture
            case .failed(let picture, _): picture
            }
        }
    }

    public let labels: [String]
    private var entries: [Entry] = []
    private var coco: COCOMeasure
    private var voc: VOCMeasure

    public init(labels: [String]) {
        self.labels = labels
        coco = COCOMeasure(classCount: labels.count)
        voc = VOCMeasure(classCount: labels.count)
    }

    /// Adds a picture.
    ///
    /// - Parameter contentHash: of its file.
    public mutating func add(_ picture: AnnotatedPicture, contentHash: SHA256Digest, found: [DetectedObject]) {
        let judged = Judged(picture: picture, found: found, contentHash: contentHash)
        coco.add(truth: judged.truth, found: judged.boxes)
        voc.add(truth: judged.truth, found: judged.boxes)
        entries.append(.judged(judged))
    }

    /// Adds a picture that could not be read; it is reported and stands in no figure.
    public mutating func addFailure(_ picture: AnnotatedPicture, error: String) {
        entries.append(.failed(picture, error: error))
    }

    private var judged: [Judged] {
        entries.compactMap { entry in
            guard case .judged(let judged) = entry else { return nil }
            return judged
        }
    }

    /// What became of the boxes of a picture at this confidence.
    public func outcome(of judged: Judged, confidence: Double) -> PictureOutcome {
        PictureOutcome(truth: judged.truth, found: judged.boxes, confidence: confidence)
    }

    /// The pictures with the most errors for each thing in them.
    public func worst(of report: EvaluationReport, count: Int) -> [Judged] {
        let byName = Dictionary(judged.map { ($0.picture.name, $0) }, uniquingKeysWith: { first, _ in first })
        return report.worstItems(by: Self.errorRate, count: count).compactMap { byName[$0.name] }
    }

    // MARK: Report

    /// The report of everything added so far.
    ///
    /// - Parameter wallSeconds: what it took.
    public func report(
        model: EvaluationReport.Model, dataName: String, settings: [String: Setting], wallSeconds: Double,
        environment: EvaluationReport.Environment, bootstrap: Bootstrap = Bootstrap()
    ) -> EvaluationReport {
        let scores = DetectionScores(labels: labels, coco, voc: voc)
        let confidence = scores.confidence
        var dataHash = SHA256()
        let items = entries.map { entry in
            let picture = entry.picture
            var hash: SHA256Digest?
            if case .judged(let judged) = entry { hash = judged.contentHash }
            dataHash.update("\(picture.name)\t\(hash?.hexadecimal ?? "-")\t\(written(picture.boxes))\n".utf8)
            return item(entry, confidence)
        }
        let shares = items.compactMap { $0.figures[Self.errorRate] }
        func figure(_ name: String, _ value: Double?) -> Figure {
            Figure(name: name, value: value, unit: "fraction", lowerIsBetter: false, itemCount: shares.count)
        }
        var sums: [String: Double] = ["confidence": confidence]
        for parts in items.compactMap({ $0.parts?[Self.errorRate] }) { sums.merge(parts, uniquingKeysWith: +) }
        var report = EvaluationReport(
            task: "object detection", model: model,
            data: EvaluationReport.DataSet(
                name: dataName, sha256: dataHash.finalized().hexadecimal, itemCount: items.count),
            settings: settings,
            figures: COCOMeasure.Number.allCases.map { figure($0.rawValue, coco[$0]) } + [
                figure(Self.vocPrecision, voc.meanAveragePrecision()),
                figure(Self.voc2007Precision, voc.meanAveragePrecision(places: .eleven)),
                Figure(name: Self.errorRate, ratios: shares, lowerIsBetter: true, bootstrap: bootstrap, parts: sums),
            ], items: items, environment: environment,
            timing: EvaluationReport.Timing(amount: Double(shares.count), unit: "pictures", wallSeconds: wallSeconds))
        report.detection = scores
        return report
    }

    private func item(_ entry: Entry, _ confidence: Double) -> EvaluationReport.Item {
        let name = entry.picture.name
        let reference = counted(entry.picture.boxes.map(\.label))
        switch entry {
        case .failed(_, let error): return EvaluationReport.Item(name: name, reference: reference, error: error)
        case .judged(let judged):
            let outcome = outcome(of: judged, confidence: confidence)
            let (hits, misses, alarms) = (outcome.hits.count, outcome.misses.count, outcome.falseAlarms.count)
            return EvaluationReport.Item(
                name: name, reference: reference,
                output: counted(judged.found.filter { $0.confidence >= confidence }.map(\.classIndex)),
                figures: [Self.errorRate: Ratio(Double(outcome.errorCount), over: Double(hits + misses))],
                parts: [
                    Self.errorRate: [
                        "hits": Double(hits), "misses": Double(misses), "false_alarms": Double(alarms),
                    ]
                ])
        }
    }

    /// `2 cat, 1 dog`, in the order of the classes.
    private func counted(_ classes: [Int]) -> String {
        let counts = Dictionary(grouping: classes, by: \.self).mapValues(\.count).sorted { $0.key < $1.key }
        return counts.map { "\($0.value) \(labels[$0.key])" }.joined(separator: ", ")
    }

    /// Boxes as the hash of the data sees them.
    private func written(_ boxes: [AnnotatedBox]) -> String {
        boxes.map { box in
            let rectangle = box.rectangle
            return "\(labels[box.label]) \(rectangle.x) \(rectangle.y) \(rectangle.width) \(rectangle.height)"
                + "\(box.isCrowd ? " crowd" : "")\(box.isDifficult ? " difficult" : "") \(box.area)"
        }.joined(separator: "; ")
    }
}

extension DetectionEvaluation.Judged {
    fileprivate var truth: [TrueBox] {
        picture.boxes.map {
            TrueBox(
                $0.rectangle, label: $0.label, isCrowd: $0.isCrowd, isDifficult: $0.isDifficult, area: $0.area)
        }
    }

    fileprivate var boxes: [FoundBox] {
        found.map { FoundBox($0.box, label: $0.classIndex, score: $0.confidence) }
    }
}
