public import Datasets
public import Evaluation
import Hashing

/// Gathers answers to questions, and makes the report of them.
public struct MultipleChoiceEvaluation: Sendable {
    /// By the probability of the whole choice.
    public static let accuracy = "accuracy"
    /// By the probability of a choice for each of its bytes.
    public static let accuracyByByte = "accuracy_by_byte"

    private var items: [EvaluationReport.Item] = []
    private var answered = 0
    private var dataHash = SHA256()
    private var wallSeconds = 0.0

    public init() {}

    /// Adds an answer.
    ///
    /// - Parameter wallSeconds: what it took.
    public mutating func add(
        name: String, question: MultipleChoiceQuestion, result: MultipleChoiceResult, wallSeconds: Double
    ) {
        addToHash(name, question)
        func share(_ choice: Int) -> Ratio { Ratio(choice == question.answer ? 1 : 0, over: 1) }
        items.append(
            EvaluationReport.Item(
                name: name, reference: question.choices[question.answer], output: question.choices[result.best],
                figures: [Self.accuracy: share(result.best), Self.accuracyByByte: share(result.bestByByte)]))
        answered += 1
        self.wallSeconds += wallSeconds
    }

    /// Adds a question that could not be asked; it is reported and stands in no figure.
    public mutating func addFailure(name: String, question: MultipleChoiceQuestion?, error: String) {
        addToHash(name, question)
        items.append(
            EvaluationReport.Item(name: name, reference: question.map { $0.choices[$0.answer] }, error: error))
    }

    private mutating func addToHash(_ name: String, _ question: MultipleChoiceQuestion?) {
        let contents = question.map { SHA256.hash(Array(([$0.prompt] + $0.choices).joined(separator: "\t").utf8)) }
        let reference = question.map { "\($0.answer)" } ?? ""
        dataHash.update("\(name)\t\(contents?.hexadecimal ?? "-")\t\(reference)\n".utf8)
    }

    /// The report of everything added so far.
    public func report(
        model: EvaluationReport.Model, dataName: String, scorer: TextScorer,
        environment: EvaluationReport.Environment, bootstrap: Bootstrap = Bootstrap()
    ) -> EvaluationReport {
        func figure(_ name: String) -> Figure {
            Figure(
                name: name, ratios: items.compactMap { $0.figures[name] }, lowerIsBetter: false, bootstrap: bootstrap)
        }
        return EvaluationReport(
            task: "multiple choice", model: model,
            data: EvaluationReport.DataSet(
                name: dataName, sha256: dataHash.finalized().hexadecimal, itemCount: items.count),
            settings: ["window": .number(Double(scorer.window)), "scoring": "log-likelihood of the choice"],
            figures: [figure(Self.accuracy), figure(Self.accuracyByByte)], items: items, environment: environment,
            timing: EvaluationReport.Timing(amount: Double(answered), unit: "questions", wallSeconds: wallSeconds))
    }
}
