import CommandLineKit
import Datasets
import Foundation
import TextModels

/// What `text evaluate` does with a file of questions.
struct QuestionWork: Sendable {
    private typealias Item = Result<(line: Int, question: MultipleChoiceQuestion), ManifestError>

    let scorer: TextScorer
    let console: Console

    func evaluate(_ path: String) async throws -> EvaluationOutcome {
        let manifest = try MultipleChoiceManifest(path: path)
        var evaluation = MultipleChoiceEvaluation()
        let meter = ProgressMeter(on: console, label: "evaluating", unit: .items("questions"))
        defer { meter.finish() }
        // Faulty lines are items too, so that the report names them.
        let items = manifest.questions.map { Result<_, ManifestError>.success($0) }
        func name(_ item: Item) -> String { Self.name(item, path) }
        let batch = await Batch(on: console).run(items, name: name, done: "evaluated") { item, position in
            meter.update(completed: Double(position.number - 1), of: Double(position.total))
            let clock = ContinuousClock()
            let start = clock.now
            do {
                let question = try item.get().question
                let result = try await runOnThread { isCancelled in
                    try scorer.score(
                        question, checkCancellation: { if isCancelled() { throw CancellationError() } })
                }
                evaluation.add(
                    name: name(item), question: question, result: result,
                    wallSeconds: (clock.now - start) / .seconds(1))
            } catch {
                if !(error is CancellationError) {
                    evaluation.addFailure(
                        name: name(item), question: try? item.get().question, error: "\(error)")
                }
                throw error
            }
        }
        let finished = evaluation
        return EvaluationOutcome(batch: batch) { [scorer] model, environment in
            finished.report(
                model: model, dataName: URL(fileURLWithPath: path).lastPathComponent, scorer: scorer,
                environment: environment)
        }
    }

    /// `questions.jsonl:17`, without telling where the file lies on this machine.
    private static func name(_ item: Item, _ path: String) -> String {
        let file = URL(fileURLWithPath: path).lastPathComponent
        return switch item {
        case .success(let item): "\(file):\(item.line)"
        case .failure(let fault): fault.line.map { "\(file):\($0)" } ?? file
        }
    }
}
