/// Works on inputs, one after the other or several at once; one that fails gets a line of its own and never ends the
/// batch.
public struct Batch: Sendable {
    /// Which of the inputs is at work: `[2/5] ` before progress labels, nothing where there is but one.
    public struct Position: Sendable {
        public let number: Int
        public let total: Int

        public var prefix: String { total > 1 ? "[\(number)/\(total)] " : "" }
    }

    /// What became of an input.
    public enum Outcome: Sendable { case done, skipped }

    let console: Console

    public init(on console: Console) { self.console = console }

    /// Works on every input of `list` in its order; where there are several, counts follow at the end.
    ///
    /// An error that `body` throws stands for its input only, with two exceptions that end the batch: cancellation of
    /// the task, and a reader that has left standard output.
    ///
    /// - Parameter done: what happens to the inputs, for the counts: `transcribed`.
    public func run(
        _ list: InputList, done: String, _ body: (Input, Position) async throws -> Void
    ) async -> BatchReport {
        await run(list.items, name: \.displayName, done: done, body)
    }

    /// The same for items of any kind, or the reasons why there is none.
    ///
    /// - Parameter name: what messages call an item.
    public func run<Item, Failure: Error>(
        _ items: [Result<Item, Failure>], name: (Item) -> String, done: String,
        _ body: (Item, Position) async throws -> Void
    ) async -> BatchReport {
        var report = BatchReport(total: items.count)
        for (index, item) in items.enumerated() {
            guard !Task.isCancelled else {
                report.wasInterrupted = true
                break
            }
            let ending: Ending
            do {
                try await body(item.get(), Position(number: index + 1, total: items.count))
                ending = .succeeded(.done)
            } catch {
                ending = Ending(error, of: (try? item.get()).map(name) ?? "")
            }
            if !report.add(ending, to: console) { break }
        }
        if report.total > 1, !report.readerLeft { console.note(report.summary(done: done)) }
        return report
    }

    /// How the work on one item ended.
    enum Ending: Sendable {
        case succeeded(Outcome)
        case failed(BatchReport.Failure)
        case interrupted
        case readerLeft

        init(_ error: any Error, of name: String) {
            if case OutputError.readerLeft = error {
                self = .readerLeft
            } else if error is CancellationError || Task.isCancelled {
                self = .interrupted
            } else {
                self = .failed(BatchReport.Failure(name: name, message: Batch.message(for: error, about: name)))
            }
        }
    }

    /// One line about one input. The input's name comes first unless the error names it itself.
    static func message(for error: any Error, about name: String) -> String {
        let text = String(describing: error)
        return (name.isEmpty || text.contains(name) ? text : "\(name): \(text)").escapingControlCharacters()
    }
}

extension BatchReport {
    /// Counts one more item, and tells of its failure.
    ///
    /// - Returns: whether the batch goes on.
    mutating func add(_ ending: Batch.Ending, to console: Console) -> Bool {
        switch ending {
        case .succeeded(.done): succeeded += 1
        case .succeeded(.skipped): skipped += 1
        case .failed(let failure):
            failures.append(failure)
            console.error(failure.message)
        case .interrupted:
            wasInterrupted = true
            return false
        case .readerLeft:
            readerLeft = true
            return false
        }
        return true
    }
}
