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
            try output.write(result)
        }
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
