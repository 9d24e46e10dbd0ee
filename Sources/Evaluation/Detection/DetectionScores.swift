/// How the classes of a detector fared, for a report.
public struct DetectionScores: Sendable, Hashable, Codable {
    public struct Score: Sendable, Hashable, Codable {
        public var label: String
        /// Things of the class, but for groups.
        public var count: Int
        /// Over overlaps from 0.5 to 0.95; nil, like the others, where there is nothing to find.
        public var averagePrecision: Double?
        public var averagePrecision50: Double?
        public var averagePrecision75: Double?
        /// The part that is found with up to 100 boxes for each picture, over the same overlaps.
        public var averageRecall: Double?
        /// Pascal VOC's measure since 2010.
        public var vocAveragePrecision: Double?
        /// At an overlap of 0.5.
        public var curve: PrecisionRecallCurve?
    }

    public var scores: [Score]
    /// Where precision and recall together are best, at an overlap of 0.5; nil where nothing was found rightly.
    public var bestPoint: OperatingPoint?

    /// Above it, what is found is believed in the counts of single pictures.
    public var confidence: Double { bestPoint?.confidence ?? 0.5 }

    /// - Parameter voc: over the same pictures.
    public init(labels: [String], _ measure: COCOMeasure, voc: VOCMeasure) {
        scores = labels.enumerated().map { number, label in
            Score(
                label: label, count: measure.count(ofClass: number),
                averagePrecision: measure.value(.averagePrecision, ofClass: number),
                averagePrecision50: measure.value(.averagePrecision50, ofClass: number),
                averagePrecision75: measure.value(.averagePrecision75, ofClass: number),
                averageRecall: measure.value(.averageRecall100, ofClass: number),
                vocAveragePrecision: voc.averagePrecision(ofClass: number), curve: measure.curve(ofClass: number))
        }
        bestPoint = measure.bestPoint(classCount: labels.count)
    }
}
