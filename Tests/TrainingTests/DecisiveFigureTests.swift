import Foundation
import Optimizers
import Synchronization
import TestKit
import Testing

@testable import Training

/// Checkpoints that are chosen by another figure than the loss.
@Suite struct DecisiveFigureTests {
    private func evaluations(
        _ name: String, of run: TrainingRun, figure: String?
    ) throws -> (TrainingOutcome, [ValidationReport]) {
        let reports = Mutex<[ValidationReport]>([])
        let outcome = try run.train(name, model: SmallModel(decisiveFigure: figure)) { event in
            if case .evaluated(let report) = event { reports.withLock { $0.append(report) } }
        }
        return (outcome, reports.withLock { $0 })
    }

    @Test func theFigureDecidesAndAmongEqualOnesTheLoss() throws {
        let run = try TrainingRun()
        let (byLoss, reports) = try evaluations("a", of: run, figure: nil)
        let losses = reports.map(\.loss)
        #expect(losses.count == 3 && losses[2] < losses[0])
        let (contrary, contraryReports) = try evaluations("b", of: run, figure: "contrary")
        #expect(contraryReports.map(\.loss) == losses)
        let worst = try #require(reports.max { $0.loss < $1.loss })
        #expect(contrary.bestStep == worst.step && contrary.bestFigure == -worst.loss)
        #expect(try run.folder.contents(of: "b/metrics.csv").contains(",contrary,root,same\n"))
        let (same, _) = try evaluations("c", of: run, figure: "same")
        #expect(same.bestStep == byLoss.bestStep && same.bestLoss == byLoss.bestLoss && same.bestFigure == 1)
        // The picture has a second chart for it.
        #expect(try run.folder.contents(of: "b/curve.svg").contains(">contrary</text>"))
        #expect(try !run.folder.contents(of: "a/curve.svg").contains(">contrary</text>"))
    }

    @Test func patienceFollowsTheFigure() throws {
        var run = try TrainingRun()
        (run.settings.patience, run.settings.evaluationInterval) = (1, 2)
        let (outcome, reports) = try evaluations("a", of: run, figure: "contrary")
        let firstFall = try #require(zip(reports, reports.dropFirst()).first { $1.loss < $0.loss })
        #expect(outcome.ending == .stoppedEarly && outcome.step == firstFall.1.step)
    }

    @Test(arguments: ["contrary", "same"]) func resumedItEndsInTheSameBits(figure: String) throws {
        var run = try TrainingRun()
        run.settings.optimizer = .sgd(SGD.Settings())
        run.settings.schedule = LearningRateSchedule(.plateau(patience: 0, factor: 0.5), peak: 0.05)
        run.settings.evaluationInterval = 2
        let model = { SmallModel(decisiveFigure: figure) }
        try run.train("straight", model: model())
        try run.train("halting", stoppingAfter: 3, model: model())
        for stop in [4, 7, 9] { try run.train("halting", resuming: true, stoppingAfter: stop, model: model()) }
        try run.train("halting", resuming: true, model: model())
        #expect(try run.results("halting") == run.results("straight"))
    }

    /// A run that began when the loss alone decided goes on, and its best is the best by loss until another is better.
    @Test func statesWithoutAFigureLoad() throws {
        let text = """
            {"step": 8, "microBatches": 8, "items": 16, "targets": 16, "seconds": 1.5,
             "smoothedLoss": {"value": 0.5, "count": 8}, "best": {"step": 4, "loss": 0.25},
             "evaluationsWithoutImprovement": 1, "plateau": {"factor": 1, "best": 0.25, "badEvaluations": 1}}
            """
        let state = try JSONDecoder().decode(TrainingState.self, from: Data(text.utf8))
        let best = try #require(state.best)
        #expect(best.figure == nil)
        #expect(TrainingState.Best(step: 12, loss: 0.2, figure: 0.9).isBetter(than: best))
        #expect(!TrainingState.Best(step: 12, loss: 0.3, figure: 0.1).isBetter(than: best))
        var plateau = state.plateau
        plateau.observe(0.3, figure: 0.9, patience: 1, factor: 0.5)
        #expect(plateau.factor == 1)
        plateau.observe(0.2, figure: 0.9, patience: 1, factor: 0.5)
        for _ in 0..<2 { plateau.observe(0.1, figure: 0.95, patience: 1, factor: 0.5) }
        #expect(plateau.factor == 0.5)
    }

    /// Ratios have totals of their own.
    @Test func countsAreSummedBeforeTheyAreDivided() {
        let counts = [BatchCount(1, of: 2), BatchCount(3, of: 8)]
        #expect(counts.reduce(BatchCount(0, of: 0), +).ratio == 0.4)
        #expect(BatchCount(0, of: 0).ratio == 0 && BatchCount(2, of: 0).ratio == 2)
    }
}
