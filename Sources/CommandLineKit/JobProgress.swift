import Synchronization

/// One progress line for inputs that are worked on at once: `[2/5 done] a.wav, b.wav: 12:30, 24.0x real time`.
public final class JobProgress: Sendable {
    private struct State {
        var active: [Int: Job] = [:]
        var begunCount = 0
        var endedCount = 0
        /// Units of the inputs that have ended.
        var endedUnits = 0.0
    }

    private struct Job {
        let name: String
        var completed = 0.0
        var total: Double?
    }

    private let meter: ProgressMeter
    private let inputCount: Int
    private let state = Mutex(State())

    public init(on console: Console, unit: ProgressUnit, inputCount: Int) {
        meter = ProgressMeter(on: console, label: "", unit: unit)
        self.inputCount = inputCount
    }

    /// Says that input `number` is worked on, under this name.
    public func begin(_ number: Int, name: String) {
        state.withLock { state in
            state.active[number] = Job(name: name)
            state.begunCount += 1
        }
    }

    /// Tells how many units of input `number` are done.
    public func update(_ number: Int, completed: Double, of total: Double?) {
        let (label, done, all) = state.withLock { state in
            state.active[number]?.completed = completed
            state.active[number]?.total = total
            return line(state)
        }
        meter.update(completed: done, of: all, label: label)
    }

    /// Says that the work on input `number` has ended.
    public func end(_ number: Int) {
        state.withLock { state in
            guard let job = state.active.removeValue(forKey: number) else { return }
            state.endedCount += 1
            state.endedUnits += job.completed
        }
    }

    public func finish() { meter.finish() }

    private func line(_ state: State) -> (label: String, completed: Double, total: Double?) {
        let jobs = state.active.sorted { $0.key < $1.key }.map(\.value)
        let label = "[\(state.endedCount)/\(inputCount) done] " + jobs.map(\.name).joined(separator: ", ")
        let completed = jobs.reduce(state.endedUnits) { $0 + $1.completed }
        // How much is left can be told once every input has been begun and told its length.
        let totals = jobs.compactMap(\.total)
        let knowsAll = state.begunCount == inputCount && totals.count == jobs.count
        return (label, completed, knowsAll ? totals.reduce(state.endedUnits, +) : nil)
    }
}
