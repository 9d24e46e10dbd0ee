import CommandLineKit
import Synchronization

/// Keeps what is written.
final class RecordingSink: TextSink {
    let isTerminal: Bool
    let columns: Int
    private let recorded = Mutex("")
    private let error: OutputError?

    init(isTerminal: Bool = false, columns: Int = 80, failingWith error: OutputError? = nil) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.error = error
    }

    var text: String { recorded.withLock { $0 } }

    func write(_ text: String) throws(OutputError) {
        if let error { throw error }
        recorded.withLock { $0 += text }
    }
}
