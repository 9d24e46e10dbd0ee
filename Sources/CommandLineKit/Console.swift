import Synchronization

public enum Verbosity: Sendable, Hashable, Comparable {
    case quiet, normal, verbose
}

/// The two streams of a program: results go to standard output, all else to standard error, and neither tears the
/// progress line that may stand on the terminal.
public final class Console: Sendable {
    public let programName: String
    public let verbosity: Verbosity
    let output: any TextSink
    let messages: any TextSink
    /// Whether a progress line stands on the terminal now; guards the streams as well.
    private let progressLineStands = Mutex(false)
    /// Whether an unfinished result does; changed under the lock of the streams alone.
    private let unfinishedStands = Atomic(false)

    public init(
        programName: String, verbosity: Verbosity = .normal,
        output: any TextSink = FileDescriptorSink.standardOutput,
        messages: any TextSink = FileDescriptorSink.standardError
    ) {
        self.programName = programName
        self.verbosity = verbosity
        self.output = output
        self.messages = messages
    }

    /// Writes a result as it is, without adding a line end.
    public func write(_ result: String) throws(OutputError) {
        try progressLineStands.withLock { stands throws(OutputError) in
            if output.isTerminal { clearLine(&stands) }
            try clearUnfinished()
            try output.write(result)
        }
    }

    /// Shows a result that is still going to change, in place of the one before, until the next one is written; on a terminal
    /// alone, and only the end of what is longer than its line.
    public func showUnfinished(_ result: String) throws(OutputError) {
        guard output.isTerminal else { return }
        try progressLineStands.withLock { stands throws(OutputError) in
            clearLine(&stands)
            try clearUnfinished()
            let text = result.escapingControlCharacters().truncatedAtStart(toWidth: output.columns - 1)
            guard !text.isEmpty else { return }
            unfinishedStands.store(true, ordering: .relaxed)
            try output.write(text)
        }
    }

    private func clearUnfinished() throws(OutputError) {
        if unfinishedStands.exchange(false, ordering: .relaxed) { try output.write("\r\u{1B}[2K") }
    }

    /// A line for the user's information, left out by `--quiet`.
    public func note(_ text: String) {
        if verbosity > .quiet { writeMessage(text) }
    }

    /// A line for the curious, shown with `--verbose`.
    public func detail(_ text: String) {
        if verbosity == .verbose { writeMessage(text) }
    }

    /// A line that nothing suppresses.
    public func error(_ text: String) { writeMessage(text) }

    /// What stands before the place where somebody is to type.
    public func ask(_ text: String) {
        progressLineStands.withLock { stands in
            clearLine(&stands)
            try? messages.write(text)
        }
    }

    private func writeMessage(_ text: String) {
        progressLineStands.withLock { stands in
            clearLine(&stands)
            // Whoever writes the next result finds out that this one cannot be.
            try? clearUnfinished()
            // Nobody is left to be told when standard error itself cannot be written.
            try? messages.write("\(programName): \(text)\n")
        }
    }

    // MARK: Progress

    /// Puts `line` in place of the last progress line of the terminal.
    func showProgress(_ line: String) {
        progressLineStands.withLock { stands in
            try? messages.write("\r\u{1B}[2K" + line)
            stands = true
        }
    }

    func removeProgress() {
        progressLineStands.withLock { clearLine(&$0) }
    }

    private func clearLine(_ stands: inout Bool) {
        if stands { try? messages.write("\r\u{1B}[2K") }
        stands = false
    }
}
