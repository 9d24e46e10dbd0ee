import ArgumentParser
public import Datasets
import Foundation
import Parameters
public import Training

/// What the verb `train` of every program does, once model and data are there.
public struct TrainingWork<Model: TrainableModel>: Sendable {
    public let model: Model
    public let data: any BatchSource<Model.Batch>
    public let validation: (any BatchSource<Model.Batch>)?
    public let settings: TrainingSettings
    public let files: ModelFiles
    public let description: RunDescription
    private let begin: @Sendable (_ run: String) throws -> Void

    /// - Parameters:
    ///   - description: what the run's `run.json` will say.
    ///   - begin: adds something to the folder of a new run before its first step.
    public init(
        _ model: Model, data: any BatchSource<Model.Batch>, validation: (any BatchSource<Model.Batch>)?,
        settings: TrainingSettings, files: ModelFiles, description: RunDescription,
        begin: @escaping @Sendable (_ run: String) throws -> Void = { _ in }
    ) {
        self.begin = begin
        (self.model, self.data, self.validation, self.settings) = (model, data, validation, settings)
        (self.files, self.description) = (files, description)
    }

    /// Trains as the options ask, tells of it on `console`, and ends the program's task with its exit status.
    public func run(_ options: TrainingOptions, on console: Console) async throws {
        let (isTrial, resumed, output) = (options.dryRun, options.resume, options.output)
        // Ctrl-C lets the step finish, however long it takes; a second one ends at once.
        let outcome = await Interruption.run(on: console, patience: 3600) {
            try await runOnThread { isCancelled in
                if isTrial {
                    try tryStep(on: console)
                } else {
                    try train(resuming: resumed, output: output, on: console, shouldStop: isCancelled)
                }
            }
        }
        try outcome.result.get()
        if let status = outcome.exitStatus { throw ExitCode(status) }
    }

    private func tryStep(on console: Console) throws {
        var trainer = try Trainer(model, data: data, validation: validation, settings: settings)
        let report = try trainer.tryStep()
        let steps = trainer.plannedSteps
        let total = steps.map { ", about \(clockTime(Double($0) * report.seconds)) for \($0) steps" } ?? ""
        try console.write(
            """
            parameters: \(model.parameters.elementCount)
            loss: \(fixed(report.loss, 4))
            \(report.itemName): \(report.itemCount) a step, \(fixed(Double(report.itemCount) / report.seconds, 0)) a second
            time: \(fixed(report.seconds, 3)) s a step\(total)
            memory: \(fixed(Double(report.peakMemory) / 1e6, 0)) MB

            """)
    }

    private func train(
        resuming resumed: String?, output: String?, on console: Console, shouldStop: @escaping () -> Bool
    ) throws {
        let run: RunFolder
        if let path = resumed {
            run = try RunFolder(resuming: path)
            try run.update(description)
        } else {
            guard let path = output else {
                throw ValidationError("--output is missing; name the run's folder.")
            }
            run = try RunFolder(creating: path, description)
            try begin(path)
        }
        let shown = description.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        console.note("options: \(shown.joined(separator: ", "))")
        let display = TrainingDisplay(on: console)
        defer { display.finish() }
        var trainer = try Trainer(
            model, data: data, validation: validation, settings: settings, report: { display.show($0) },
            shouldStop: shouldStop)
        let outcome = try trainer.train(in: run, files: files, isResumed: resumed != nil)
        display.finish()
        tell(outcome, of: run, on: console)
    }

    private func tell(_ outcome: TrainingOutcome, of run: RunFolder, on console: Console) {
        let figure = outcome.bestFigure.map { ((model.decisiveFigure ?? "").replacing("_", with: " "), $0) }
        let best = (figure ?? outcome.bestLoss.map { ("validation loss", $0) }).map { name, value in
            "; best \(name) \(fixed(value, 4)) at step \(outcome.bestStep ?? outcome.step)"
        }
        let ending =
            switch outcome.ending {
            case .finished: "done after \(outcome.step) steps"
            case .outOfTime: "the time is over after \(outcome.step) steps"
            case .stoppedEarly: "no more improvement after \(outcome.step) steps"
            case .interrupted: "stopped after \(outcome.step) steps"
            }
        console.note(ending + (best ?? ""))
        if outcome.ending == .interrupted || outcome.ending == .outOfTime {
            console.note("go on with: \(description.program) train --resume \(run.path)")
        } else {
            console.note("the model: \(run.path)")
        }
    }
}
