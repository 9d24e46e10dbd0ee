import CommandLineKit
import Foundation
import TextModels

/// What `text evaluate` does with texts.
struct PerplexityWork: Sendable {
    let scorer: TextScorer
    let console: Console

    func evaluate(_ data: [String]) async throws -> EvaluationOutcome {
        let list = InputExpander(extensions: ["txt", "md"]).expand(data)
        var evaluation = PerplexityEvaluation()
        // An input that cannot be found is an item too, so that the report names it.
        let items = list.items.map { Result<_, InputError>.success($0) }
        let batch = await Batch(on: console).run(items, name: Self.name, done: "evaluated") { item, position in
            do {
                let input = try item.get()
                let source: TextSource =
                    switch input.source {
                    case .file(let path): .file(path)
                    case .standardInput: .standardInput
                    }
                let text = try await source.read()
                let meter = ProgressMeter(
                    on: console, label: position.prefix + input.displayName, unit: .items("windows"))
                defer { meter.finish() }
                let clock = ContinuousClock()
                let start = clock.now
                let score = try await score(text, meter)
                evaluation.add(
                    name: input.displayName, text: text, score: score, wallSeconds: (clock.now - start) / .seconds(1))
            } catch {
                if !(error is CancellationError) { evaluation.addFailure(name: Self.name(item), error: "\(error)") }
                throw error
            }
        }
        let finished = evaluation
        let name = data.map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: " ")
        return EvaluationOutcome(batch: batch) { [scorer] model, environment in
            finished.report(model: model, dataName: name, scorer: scorer, environment: environment)
        }
    }

    private static func name(_ item: Result<Input, InputError>) -> String {
        switch item {
        case .success(let input): input.displayName
        case .failure(let error): error.name
        }
    }

    private func score(_ text: String, _ meter: ProgressMeter) async throws -> TextScorer.Score {
        try await runOnThread { isCancelled in
            var windows = 0.0
            let score = try scorer.score(
                text,
                progress: { share in
                    windows += 1
                    meter.update(completed: windows, of: (windows / share).rounded())
                }, checkCancellation: { if isCancelled() { throw CancellationError() } })
            guard score.tokenCount > 0 else { throw EmptyTextError() }
            return score
        }
    }
}

/// A text in which no token can be judged.
struct EmptyTextError: Error, CustomStringConvertible {
    let description = "holds too little text to measure; at least two tokens are needed"
}
