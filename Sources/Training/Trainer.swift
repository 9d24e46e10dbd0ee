import Autograd
import Checkpoints
public import Datasets
import Kernels
import Optimizers
import Parameters
import Tensors

/// Trains a model: steps, checkpoints, evaluations, in one loop for all programs.
///
/// Every number that decides the weights is in ``TrainingSettings``, the data and the model's first weights, so that the
/// same three end in the same bits, however often the run was killed and resumed, and with any number of threads.
public struct Trainer<Model: TrainableModel> {
    public let model: Model
    public let settings: TrainingSettings
    /// Steps in all; nil where only time, patience or a signal ends the run.
    public let plannedSteps: Int?

    private let data: any BatchSource<Model.Batch>
    private let validation: (any BatchSource<Model.Batch>)?
    private let report: (TrainingEvent) -> Void
    private let shouldStop: () -> Bool
    private var state = TrainingState()
    private var optimizer: any Optimizer
    private var average: MovingAverage?

    /// - Parameters:
    ///   - validation: what the model is judged by; nil for a run without evaluations, whose last checkpoint is its best.
    ///   - report: told of everything that happens, on the calling thread.
    ///   - shouldStop: asked after every step, and between the batches of an evaluation.
    public init(
        _ model: Model, data: any BatchSource<Model.Batch>, validation: (any BatchSource<Model.Batch>)?,
        settings: TrainingSettings, report: @escaping (TrainingEvent) -> Void = { _ in },
        shouldStop: @escaping () -> Bool = { Task.isCancelled }
    ) throws {
        try settings.validate()
        self.model = model
        self.settings = settings
        self.data = settings.overfitsOneBatch ? FirstBatch(of: data) : data
        self.validation = settings.overfitsOneBatch ? validation.map { _ in FirstBatch(of: data) } : validation
        self.report = report
        self.shouldStop = shouldStop
        plannedSteps = settings.plannedSteps(batchesPerEpoch: self.data.batchesPerEpoch)
        let weights = model.parameters.parameters.filter { $0.role == .weight }
        // Sixteen bits cannot hold the small changes of a step.
        for weight in weights { weight.update(weight.value.converted(to: .float32)) }
        optimizer = settings.optimizer.makeOptimizer(model.parameterGroups)
        // Running statistics belong to the weights that they were found with.
        let buffers = model.parameters.parameters.filter { $0.role == .buffer }
        average = settings.averageDecay.map { MovingAverage(of: weights + buffers, decay: $0) }
    }

    // MARK: The loop

    /// Trains from the beginning, or from the last complete checkpoint where `isResumed`, and keeps everything in `run`.
    public mutating func train(in run: RunFolder, files: ModelFiles, isResumed: Bool = false) throws -> TrainingOutcome
    {
        report(
            .started(
                TrainingPlan(
                    parameterCount: model.parameters.elementCount, batchesPerEpoch: data.batchesPerEpoch,
                    plannedSteps: plannedSteps, maximumSeconds: settings.maximumSeconds,
                    patience: settings.patience)))
        if isResumed { try restore(from: run, weights: files.names.weights) }
        var records = try RunRecords(
            run, step: state.step, figureNames: model.figures(validationLoss: 1).keys + model.countNames,
            decisiveFigure: model.decisiveFigure)
        var ending = endingBeforeNextStep()
        // A checkpoint is written before its step is evaluated, and may be all that was left of that.
        if isResumed, isEvaluationDue(ending) { ending = try evaluate(run, &records, ending) }
        while ending == nil {
            let step = try takeStep(lastCheckpoint: run.lastCheckpoint)
            try saving(run) { try records.add(step) }
            report(.step(step))
            ending = endingBeforeNextStep()
            if isEvaluationDue(ending) || isSaveDue || ending != nil { try save(in: run, files: files, &records) }
            if isEvaluationDue(ending) { ending = try evaluate(run, &records, ending) }
        }
        try saving(run) { try records.finish() }
        return TrainingOutcome(
            ending: ending ?? .finished, step: state.step, bestStep: state.best?.step, bestLoss: state.best?.loss,
            bestFigure: state.best?.figure)
    }

    /// One step without a run, to see that it works and what it takes. The model is changed by it.
    public mutating func tryStep() throws -> StepReport { try takeStep(lastCheckpoint: nil) }

    private func endingBeforeNextStep() -> TrainingOutcome.Ending? {
        if let plannedSteps, state.step >= plannedSteps { return .finished }
        if let patience = settings.patience, state.evaluationsWithoutImprovement >= patience { return .stoppedEarly }
        if let limit = settings.maximumSeconds, state.seconds >= limit { return .outOfTime }
        return shouldStop() ? .interrupted : nil
    }

    private var isSaveDue: Bool { settings.saveInterval.map { state.step % $0 == 0 } ?? false }

    private func isEvaluationDue(_ ending: TrainingOutcome.Ending?) -> Bool {
        guard validation != nil, state.step > 0 else { return false }
        switch ending {
        case .interrupted: return false
        case .finished, .outOfTime: return true
        case .stoppedEarly, nil: return state.step % settings.evaluationInterval == 0
        }
    }

    // MARK: A step

    private mutating func takeStep(lastCheckpoint: String?) throws -> StepReport {
        let clock = ContinuousClock()
        let start = clock.now
        let (gradients, itemCount) = try gradients(lastCheckpoint: lastCheckpoint)
        guard gradients.targetCount > 0 else { throw TrainingError.noTargets(step: state.step + 1) }
        let norm = gradients.norm
        guard norm.isFinite else { throw notFinite(.gradient, 0...settings.accumulation - 1, lastCheckpoint) }
        let rate = settings.schedule.rate(
            step: state.step, end: plannedSteps, elapsed: settings.maximumSeconds.map { state.seconds / $0 },
            plateauFactor: state.plateau.factor)
        optimizer.step(
            gradients, factor: gradients.factor(limitingNorm: norm, to: settings.gradientNormLimit), learningRate: rate)
        average?.update()

        state.step += 1
        state.microBatches += settings.accumulation
        state.items += itemCount
        state.targets += gradients.targetCount
        state.smoothedLoss.add(gradients.meanLoss)
        let seconds = (clock.now - start) / .seconds(1)
        state.seconds += seconds
        return StepReport(
            step: state.step, plannedSteps: plannedSteps, loss: gradients.meanLoss,
            smoothedLoss: state.smoothedLoss.value, learningRate: rate, gradientNorm: norm,
            targetCount: gradients.targetCount, itemCount: itemCount, itemName: model.itemName, seconds: seconds,
            peakMemory: ProcessMemory.peak)
    }

    /// The summed gradients of the next step's micro-batches, with the number of targets that they are to be divided by:
    /// the one place where several processes would add theirs.
    private func gradients(lastCheckpoint: String?) throws -> (GradientSum, itemCount: Int) {
        var sum = GradientSum(of: optimizer.parameters)
        var itemCount = 0
        for number in 0..<settings.accumulation {
            let (epoch, index) = position(of: state.microBatches + number)
            let batch = try data.batch(index, epoch: epoch)
            let random = RandomSource(seed: settings.seed).split(UInt64(state.microBatches + number))
            var (targetCount, updates) = (0, BufferUpdates())
            let (loss, gradients) = valueAndGradients {
                let loss = model.loss(batch, mode: .training(random))
                (targetCount, updates) = (loss.targetCount, loss.updates)
                itemCount += loss.itemCount
                return loss.sum
            }
            guard loss.scalar.isFinite else { throw notFinite(.loss, number...number, lastCheckpoint) }
            updates.apply()
            sum.add(gradients, lossSum: Double(loss.scalar), targetCount: targetCount)
        }
        return (sum, itemCount)
    }

    private func position(of microBatch: Int) -> (epoch: Int, index: Int) {
        (microBatch / data.batchesPerEpoch, microBatch % data.batchesPerEpoch)
    }

    /// - Parameter numbers: which of the next step's micro-batches it came from.
    private func notFinite(
        _ quantity: TrainingError.Quantity, _ numbers: ClosedRange<Int>, _ lastCheckpoint: String?
    ) -> TrainingError {
        let first = position(of: state.microBatches + numbers.lowerBound)
        let last = position(of: state.microBatches + numbers.upperBound)
        return .notFinite(
            quantity, step: state.step + 1, batches: first.index...max(first.index, last.index), epoch: first.epoch,
            lastCheckpoint: lastCheckpoint)
    }

    // MARK: An evaluation

    /// Judges the model as it would be used, and returns how the run ends, if it does.
    private mutating func evaluate(
        _ run: RunFolder, _ records: inout RunRecords, _ ending: TrainingOutcome.Ending?
    ) throws -> TrainingOutcome.Ending? {
        let clock = ContinuousClock()
        let start = clock.now
        let measured = try average.map { try $0.withAverages(measureValidationLoss) } ?? measureValidationLoss()
        // Interrupted: the resumed run evaluates the step again.
        guard let (loss, targetCount, ratios) = measured else { return .interrupted }
        guard loss.isFinite else {
            throw TrainingError.validationLossNotFinite(step: state.step, lastCheckpoint: run.lastCheckpoint)
        }
        let figures = model.figures(validationLoss: loss).merging(ratios) { $1 }
        let candidate = TrainingState.Best(
            step: state.step, loss: loss, figure: model.decisiveFigure.flatMap { figures[$0] })
        if case .plateau(let patience, let factor) = settings.schedule.curve {
            state.plateau.observe(loss, figure: candidate.figure, patience: patience, factor: factor)
        }
        let isBest = state.best.map { candidate.isBetter(than: $0) } ?? true
        state.evaluationsWithoutImprovement = isBest ? 0 : state.evaluationsWithoutImprovement + 1
        if isBest { state.best = candidate }
        let validationReport = ValidationReport(
            step: state.step, loss: loss, targetCount: targetCount, isBest: isBest, figures: figures)
        state.seconds += (clock.now - start) / .seconds(1)
        try saving(run) {
            if isBest { try run.link("best", toStep: state.step) }
            try removeOldCheckpoints(of: run)
            try records.add(validationReport)
        }
        report(.evaluated(validationReport))
        return ending ?? endingBeforeNextStep()
    }

    /// The mean loss over the validation data, and the ratios of what the model counts; nil where the caller asked to stop.
    private func measureValidationLoss() throws -> (loss: Double, targetCount: Int, ratios: [String: Double])? {
        guard let validation else { return nil }
        var (sum, targetCount) = (0.0, 0)
        var counts = Dictionary(uniqueKeysWithValues: model.countNames.map { ($0, BatchCount(0, of: 0)) })
        for index in 0..<min(validation.batchesPerEpoch, settings.evaluationBatches ?? Int.max) {
            if shouldStop() { return nil }
            let loss = model.loss(try validation.batch(index, epoch: 0), mode: .inference)
            sum += Double(loss.sum.scalar)
            targetCount += loss.targetCount
            counts.merge(loss.counts, uniquingKeysWith: +)
        }
        return (sum / Double(targetCount), targetCount, counts.mapValues(\.ratio))
    }

    // MARK: Checkpoints

    private func save(in run: RunFolder, files: ModelFiles, _ records: inout RunRecords) throws {
        let path = run.checkpointPath(step: state.step)
        try saving(run) {
            // A checkpoint must not know of more steps than the log.
            try records.sync()
            try TrainingCheckpoint.write(
                to: path, files: files, store: model.parameters, state: state, optimizer: optimizer.state,
                average: average)
            try run.link("last", toStep: state.step)
            if validation == nil { try run.link("best", toStep: state.step) }
            try removeOldCheckpoints(of: run)
        }
        report(.saved(step: state.step, checkpoint: path))
    }

    /// Keeps the newest checkpoints, and the best one.
    private func removeOldCheckpoints(of run: RunFolder) throws {
        for step in try run.checkpointSteps.dropLast(settings.keptCheckpoints) where step != state.best?.step {
            try run.removeCheckpoint(step: step)
        }
    }

    /// Errors of files become one that says what is left.
    private func saving(_ run: RunFolder, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw TrainingError.cannotSave(
                step: state.step, reason: String(describing: error), lastCheckpoint: run.lastCheckpoint)
        }
    }

    /// Takes up the newest checkpoint that is whole, and sets aside those after it. A run that has none, whole or not,
    /// begins anew.
    private mutating func restore(from run: RunFolder, weights: String) throws {
        var damaged: [(step: Int, reason: String)] = []
        for step in try run.checkpointSteps.reversed() {
            let path = run.checkpointPath(step: step)
            let checkpoint: TrainingCheckpoint
            do {
                checkpoint = try TrainingCheckpoint(opening: path)
            } catch {
                damaged.append((step, String(describing: error)))
                continue
            }
            try checkpoint.restore(model.parameters, from: weights, average: &average)
            try optimizer.restore(checkpoint.optimizer)
            state = checkpoint.record.state
            for (step, reason) in damaged {
                report(.skippedCheckpoint(path: try run.setAsideCheckpoint(step: step), reason: reason))
            }
            try relink(run)
            report(.resumed(step: step, checkpoint: path))
            return
        }
        if let (step, reason) = damaged.first {
            throw TrainingError.noCheckpoint(path: run.path, newest: run.checkpointPath(step: step), reason: reason)
        }
    }

    /// Makes `last` and `best` those of the checkpoint that was taken up.
    private func relink(_ run: RunFolder) throws {
        try run.link("last", toStep: state.step)
        if let best = validation == nil ? state.step : state.best?.step, try run.checkpointSteps.contains(best) {
            try run.link("best", toStep: best)
        } else {
            run.removeLink("best")
        }
    }
}

/// Gives the first micro-batch again and again.
private struct FirstBatch<Batch: Sendable>: BatchSource {
    let source: any BatchSource<Batch>

    init(of source: any BatchSource<Batch>) { self.source = source }

    var batchesPerEpoch: Int { 1 }

    func batch(_ index: Int, epoch: Int) throws -> Batch { try source.batch(0, epoch: 0) }
}
