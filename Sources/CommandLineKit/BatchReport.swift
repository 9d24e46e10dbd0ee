/// How a batch ended.
public struct BatchReport: Sendable, Equatable {
    public struct Failure: Sendable, Equatable {
        /// The input as messages call it.
        public let name: String
        public let message: String
    }

    /// Inputs named, including those that were never reached.
    public let total: Int
    public internal(set) var succeeded = 0
    /// Inputs that needed no work.
    public internal(set) var skipped = 0
    public internal(set) var failures: [Failure] = []
    /// Whether the batch was cancelled before its last item ended.
    public internal(set) var wasInterrupted = false
    /// Whether the reader of standard output went away.
    public internal(set) var readerLeft = false

    init(total: Int) { self.total = total }

    /// 0 only if every input succeeded; 1 if some failed; 130 after Ctrl-C; 141, as if ended by SIGPIPE, where nobody
    /// read the results to their end.
    public var exitStatus: Int32 {
        if wasInterrupted { return 130 }
        if readerLeft { return 141 }
        return succeeded + skipped == total ? 0 : 1
    }

    /// `3 of 6 transcribed, 1 skipped, 2 failed`.
    public func summary(done: String) -> String {
        var text = "\(succeeded) of \(total) \(done)"
        if skipped > 0 { text += ", \(skipped) skipped" }
        if !failures.isEmpty { text += ", \(failures.count) failed" }
        return wasInterrupted ? "interrupted: \(text)" : text
    }
}
