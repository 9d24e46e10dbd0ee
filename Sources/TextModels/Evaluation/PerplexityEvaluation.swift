public import Evaluation
import Hashing

/// Gathers the scores of texts, and makes the report of them.
public struct PerplexityEvaluation: Sendable {
    public static let perplexity = "perplexity"
    public static let bitsPerByte = "bits_per_byte"

    private var items: [EvaluationReport.Item] = []
    private var scores: [TextScorer.Score] = []
    private var dataHash = SHA256()
    private var wallSeconds = 0.0

    public init() {}

    /// Adds a text.
    ///
    /// - Parameter wallSeconds: what scoring it took.
    public mutating func add(name: String, text: String, score: TextScorer.Score, wallSeconds: Double) {
        addToHash(name, SHA256.hash(Array(text.utf8)))
        scores.append(score)
        items.append(EvaluationReport.Item(name: name, reference: nil, figures: [Self.bitsPerByte: Self.bits(score)]))
        self.wallSeconds += wallSeconds
    }

    /// Adds a text that could not be scored; it is reported and stands in no figure.
    public mutating func addFailure(name: String, error: String) {
        addToHash(name, nil)
        items.append(EvaluationReport.Item(name: name, reference: nil, error: error))
    }

    private mutating func addToHash(_ name: String, _ contentHash: SHA256Digest?) {
        dataHash.update("\(name)\t\(contentHash?.hexadecimal ?? "-")\t\n".utf8)
    }

    private static func bits(_ score: TextScorer.Score) -> Ratio {
        Ratio(score.nats / naturalLogarithm(2), over: Double(score.byteCount))
    }

    /// The report of everything added so far.
    public func report(
        model: EvaluationReport.Model, dataName: String, scorer: TextScorer,
        environment: EvaluationReport.Environment, bootstrap: Bootstrap = Bootstrap()
    ) -> EvaluationReport {
        var whole = TextScorer.Score()
        for score in scores {
            whole.nats += score.nats
            whole.tokenCount += score.tokenCount
            whole.byteCount += score.byteCount
        }
        return EvaluationReport(
            task: "language modelling", model: model,
            data: EvaluationReport.DataSet(
                name: dataName, sha256: dataHash.finalized().hexadecimal, itemCount: items.count),
            settings: ["window": .number(Double(scorer.window)), "stride": .number(Double(scorer.stride))],
            figures: [
                Figure(
                    name: Self.perplexity, value: whole.perplexity, unit: "per token", lowerIsBetter: true,
                    itemCount: scores.count, parts: ["nats": whole.nats, "tokens": Double(whole.tokenCount)]),
                Figure(
                    name: Self.bitsPerByte, ratios: scores.map(Self.bits), unit: "bits", lowerIsBetter: true,
                    bootstrap: bootstrap, parts: ["bytes": Double(whole.byteCount)]),
            ],
            items: items, environment: environment,
            timing: EvaluationReport.Timing(
                amount: Double(whole.tokenCount), unit: "tokens", wallSeconds: wallSeconds))
    }
}
