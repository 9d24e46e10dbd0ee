import Synchronization

extension Threads {
    /// What became of each of `count` attempts, several of which are made at a time.
    ///
    /// - Parameters:
    ///   - failureLimit: once more have failed, no other is begun; those that were not are nil.
    ///   - progress: told how many are done; from any thread.
    public static func attempts<Success: Sendable, Failure: Error>(
        _ count: Int, failureLimit: Int, progress: @Sendable (Int) -> Void,
        _ attempt: @Sendable (Int) throws(Failure) -> Success
    ) -> [Result<Success, Failure>?] {
        let state = Mutex<(results: [Result<Success, Failure>?], done: Int, failed: Int)>(
            ([Result<Success, Failure>?](repeating: nil, count: count), 0, 0))
        parallelFor(count) { index in
            if state.withLock({ $0.failed > failureLimit }) { return }
            let result = Result { () throws(Failure) in try attempt(index) }
            let done = state.withLock { state in
                state.results[index] = result
                if case .failure = result { state.failed += 1 }
                state.done += 1
                return state.done
            }
            progress(done)
        }
        return state.withLock { $0.results }
    }
}
