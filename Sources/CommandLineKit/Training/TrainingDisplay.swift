import Synchronization
public import Training

/// Shows a training run as it goes: one line that renews itself on a terminal, a line every ten seconds elsewhere, and one
/// for each evaluation.
public final class TrainingDisplay: Sendable {
    private struct State {
        var lastShown: ContinuousClock.Instant
        /// Exponential means over steps.
        var secondsPerStep: Double?
        var itemsPerSecond: Double?
    }

    private let console: Console
    private let interval: Duration
    private let state: Mutex<State>

    public init(on console: Console) {
        self.console = console
        interval = console.messages.isTerminal ? .milliseconds(100) : .seconds(10)
        state = Mutex(State(lastShown: .now - interval))
    }

    public func show(_ event: TrainingEvent) {
        switch event {
        case .started(let plan):
            console.note(
                "training \(Self.compact(Double(plan.parameterCount))) parameters, \(Self.end(of: plan)), "
                    + "\(plan.batchesPerEpoch) batches a pass")
        case .resumed(let step, let checkpoint): console.note("going on after step \(step), from \(checkpoint)")
        case .skippedCheckpoint(let path, let reason):
            console.error("a checkpoint is damaged and was set aside as \(path): \(reason); the one before it is tried")
        case .step(let report): show(report)
        case .saved(let step, let checkpoint): console.detail("step \(step) is saved in \(checkpoint)")
        case .evaluated(let report):
            let figures = report.figures.sorted { $0.key < $1.key }.map {
                ", \($0.key.replacing("_", with: " ")) \(fixed($0.value, 4))"
            }
            console.note(
                "step \(report.step): validation loss \(fixed(report.loss, 4))\(figures.joined())"
                    + (report.isBest ? " (best so far)" : ""))
        }
    }

    /// What ends a run, whichever comes first: `100 steps or 0:45 of training`.
    static func end(of plan: TrainingPlan) -> String {
        let ends = [
            plan.plannedSteps.map { "\($0) steps" }, plan.maximumSeconds.map { "\(clockTime($0)) of training" },
            plan.patience.map { "\($0) evaluations that are no better" },
        ].compactMap { $0 }
        return ends.isEmpty ? "until it is stopped" : ends.joined(separator: " or ")
    }

    /// Removes the live line.
    public func finish() { console.removeProgress() }

    private func show(_ report: StepReport) {
        guard console.verbosity > .quiet else { return }
        let now = ContinuousClock.now
        let line = state.withLock { state -> TrainingLine? in
            func mean(_ old: Double?, _ new: Double) -> Double { old.map { 0.9 * $0 + 0.1 * new } ?? new }
            let seconds = max(report.seconds, 1e-9)
            state.secondsPerStep = mean(state.secondsPerStep, seconds)
            state.itemsPerSecond = mean(state.itemsPerSecond, Double(report.itemCount) / seconds)
            guard now - state.lastShown >= interval else { return nil }
            state.lastShown = now
            return TrainingLine(
                report: report, secondsPerStep: state.secondsPerStep ?? seconds,
                itemsPerSecond: state.itemsPerSecond ?? 0)
        }
        guard let line else { return }
        if console.messages.isTerminal {
            console.showProgress(line.text(columns: console.messages.columns))
        } else {
            console.note(line.text(columns: .max))
        }
    }

    /// A number in three or four digits: `12.3 M`, `845 k`, `512`.
    static func compact(_ value: Double) -> String {
        switch value {
        case 1e9...: "\(fixed(value / 1e9, value < 1e10 ? 2 : 1)) G"
        case 1e6...: "\(fixed(value / 1e6, value < 1e7 ? 2 : 1)) M"
        case 1e4...: "\(fixed(value / 1e3, value < 1e5 ? 1 : 0)) k"
        default: fixed(value, value < 10 && value != value.rounded() ? 2 : 0)
        }
    }
}

/// The text of one line of a run.
struct TrainingLine {
    let report: StepReport
    let secondsPerStep: Double
    let itemsPerSecond: Double

    /// The line in fewer than `columns` cells; parts at the end give way.
    func text(columns: Int) -> String {
        var parts = [
            "step \(report.step)" + (report.plannedSteps.map { " of \($0)" } ?? ""),
            "loss \(fixed(report.loss, 4)) (smoothed \(fixed(report.smoothedLoss, 4)))",
            "rate \(Self.scientific(report.learningRate))",
            "\(TrainingDisplay.compact(itemsPerSecond)) \(report.itemName)/s",
        ]
        if let planned = report.plannedSteps, planned > report.step {
            parts.append("\(clockTime(Double(planned - report.step) * secondsPerStep)) left")
        }
        parts.append("\(fixed(Double(report.peakMemory) / 1e6, 0)) MB")
        while parts.count > 1, parts.joined(separator: ", ").displayWidth >= columns { parts.removeLast() }
        return parts.joined(separator: ", ")
    }

    /// `1.0e-03`
    private static func scientific(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return "0" }
        var exponent = 0
        var mantissa = value
        while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa < 0.995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return "\(fixed(mantissa, 1))e\(exponent)"
    }
}
