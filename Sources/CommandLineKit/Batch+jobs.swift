extension Batch {
    /// Works on the inputs of `list`, at most `jobs` at once, begun in their order; where there are several, counts
    /// follow at the end. Failures are told as they happen.
    ///
    /// What ends the batch (see `run`) cancels the inputs that are at work, and waits for them.
    ///
    /// - Parameter finished: called for every input that was begun, or could not be, when its work has ended.
    public func run(
        _ list: InputList, jobs: Int, done: String, finished: @Sendable (Position) throws -> Void = { _ in },
        _ body: @escaping @Sendable (Input, Position) async throws -> Outcome
    ) async -> BatchReport {
        precondition(jobs > 0, "\(jobs) jobs get nothing done")
        var report = BatchReport(total: list.items.count)
        var waiting = list.items.enumerated().makeIterator()
        await withTaskGroup(of: (Position, Ending).self) { group in
            func begin() {
                guard !Task.isCancelled, let (index, item) = waiting.next() else { return }
                let position = Position(number: index + 1, total: list.items.count)
                group.addTask {
                    do {
                        return (position, .succeeded(try await body(item.get(), position)))
                    } catch {
                        return (position, Ending(error, of: (try? item.get().displayName) ?? ""))
                    }
                }
            }
            for _ in 0..<jobs { begin() }
            var goesOn = true
            for await (position, ending) in group {
                // Cancelled because nobody reads any more, not by Ctrl-C.
                if report.readerLeft, case .interrupted = ending { continue }
                goesOn = report.add(ending, to: console) && goesOn
                do { try finished(position) } catch {
                    goesOn = report.add(Ending(error, of: ""), to: console) && goesOn
                }
                if goesOn { begin() } else { group.cancelAll() }
            }
        }
        if Task.isCancelled, report.succeeded + report.skipped + report.failures.count < report.total {
            report.wasInterrupted = true
        }
        if report.total > 1, !report.readerLeft { console.note(report.summary(done: done)) }
        return report
    }
}
