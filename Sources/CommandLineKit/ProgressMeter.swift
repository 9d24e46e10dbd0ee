import Synchronization

/// Shows how far a piece of work has come: one line that renews itself on a terminal, a line every ten seconds
/// elsewhere, nothing with `--quiet`.
public final class ProgressMeter: Sendable {
    private struct State {
        var lastShown: ContinuousClock.Instant
        var hasEnded = false
    }

    private let console: Console
    private let unit: ProgressUnit
    private let label: String
    private let now: @Sendable () -> ContinuousClock.Instant
    private let start: ContinuousClock.Instant
    private let interval: Duration
    private let state: Mutex<State>

    /// - Parameter label: what is worked on, as `[2/5] talk.wav`.
    public convenience init(on console: Console, label: String, unit: ProgressUnit) {
        self.init(on: console, label: label, unit: unit, now: { ContinuousClock.now })
    }

    init(
        on console: Console, label: String, unit: ProgressUnit, now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.console = console
        self.unit = unit
        self.label = label.escapingControlCharacters()
        self.now = now
        start = now()
        interval = console.messages.isTerminal ? .milliseconds(100) : .seconds(10)
        state = Mutex(State(lastShown: start))
    }

    deinit { finish() }

    /// Tells how much is done. Cheap enough to be called for every token.
    ///
    /// - Parameters:
    ///   - completed: units done since the meter was made.
    ///   - total: units in all, where known.
    ///   - label: takes the place of the meter's own.
    public func update(completed: Double, of total: Double? = nil, label: String? = nil) {
        guard console.verbosity > .quiet else { return }
        let instant = now()
        let isDue = state.withLock { state in
            guard !state.hasEnded, instant - state.lastShown >= interval else { return false }
            state.lastShown = instant
            return true
        }
        guard isDue else { return }
        let line = ProgressLine(
            label: label?.escapingControlCharacters() ?? self.label, unit: unit, completed: completed, total: total,
            elapsed: (instant - start) / .seconds(1))
        if console.messages.isTerminal {
            console.showProgress(line.text(columns: console.messages.columns))
        } else {
            console.note(line.text(columns: .max))
        }
    }

    /// Removes the line. Later updates show nothing.
    public func finish() {
        let wasRunning = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        if wasRunning { console.removeProgress() }
    }
}

/// The text of one progress line.
struct ProgressLine {
    let label: String
    let unit: ProgressUnit
    let completed: Double
    let total: Double?
    /// Seconds since the work began.
    let elapsed: Double

    /// The line in fewer than `columns` cells, so that no terminal wraps it: first the label gives way from its
    /// beginning, then the parts at the end.
    func text(columns: Int) -> String {
        var parts = [unit.amount(completed, of: total)]
        if elapsed > 0, completed > 0 {
            let rate = completed / elapsed
            parts.append(unit.rate(rate))
            if let total, total > completed { parts.append("\(clockTime((total - completed) / rate)) left") }
        }
        let limit = columns - 1
        let shortestLabel = min(label.displayWidth, 12)
        while parts.count > 1, width(of: parts) + shortestLabel > limit { parts.removeLast() }
        let shownLabel = label.truncatedAtStart(toWidth: max(limit - width(of: parts), 0))
        return "\(shownLabel): \(parts.joined(separator: ", "))".prefix(width: limit)
    }

    /// The cells that `parts` and what joins them to the label take.
    private func width(of parts: [String]) -> Int { 2 + parts.joined(separator: ", ").displayWidth }
}
