import Dispatch
import Foundation
import Synchronization

/// Ctrl-C (and a request to terminate) ends the work, not the process: the task is cancelled, notices at its next
/// check, and what is finished stays whole. A second Ctrl-C ends the process at once, and so does work that is stuck
/// where it cannot look up, as in reading from a pipe that nobody writes.
public enum Interruption {
    /// What the work gave, and the first signal that came meanwhile.
    public struct Outcome<Value: Sendable>: Sendable {
        public let result: Result<Value, any Error>
        /// The exit status that tells of the signal, 128 plus its number (130 after Ctrl-C); nil where none came.
        public let exitStatus: Int32?
    }

    /// Runs `body` as a task that SIGINT and SIGTERM cancel.
    ///
    /// - Parameter patience: seconds that the work has to stop in before the process ends all the same.
    public static func run<Value: Sendable>(
        on console: Console, patience: Double = 3, _ body: @escaping @Sendable () async throws -> Value
    ) async -> Outcome<Value> {
        let task = Task { try await body() }
        let status = ExitStatus()
        // Not the main queue: the main thread may be busy with the work itself.
        let queue = DispatchQueue(label: "interruption")
        let sources = [SIGINT, SIGTERM].map { number in
            // The source sees the signal only where it does not end the process first.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard status.set(128 + number) else { _exit(128 + number) }
                console.removeProgress()
                console.note("stopping; Ctrl-C again ends at once")
                task.cancel()
                queue.asyncAfter(deadline: .now() + patience) { _exit(128 + number) }
            }
            source.resume()
            return source
        }
        let result = await task.result
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        return Outcome(result: result, exitStatus: status.value)
    }

    private final class ExitStatus: Sendable {
        private let stored = Mutex<Int32?>(nil)
        var value: Int32? { stored.withLock { $0 } }

        /// Sets the status unless one is set; says whether it did.
        func set(_ value: Int32) -> Bool {
            stored.withLock { stored in
                defer { stored = stored ?? value }
                return stored == nil
            }
        }
    }
}
