import Synchronization

/// Standard output shared by inputs that are worked on at once: their results appear in the order of the inputs and
/// never mixed. The first that has not ended writes at once; the others' text waits for its turn.
public final class OrderedOutput: Sendable {
    private struct State {
        /// The input whose turn it is.
        var current = 1
        var waiting: [Int: String] = [:]
        var ended: Set<Int> = []
    }

    private let console: Console
    private let state = Mutex(State())

    public init(on console: Console) { self.console = console }

    /// Appends `text` to the result of input `number`, counted from 1.
    public func write(_ text: String, of number: Int) throws(OutputError) {
        try state.withLock { state throws(OutputError) in
            guard number == state.current else {
                state.waiting[number, default: ""] += text
                return
            }
            try console.write(text)
        }
    }

    /// Says that nothing more comes from input `number`, and writes what waited for that.
    public func end(_ number: Int) throws(OutputError) {
        try state.withLock { state throws(OutputError) in
            state.ended.insert(number)
            while state.ended.remove(state.current) != nil {
                state.current += 1
                if let text = state.waiting.removeValue(forKey: state.current) { try console.write(text) }
            }
        }
    }
}
