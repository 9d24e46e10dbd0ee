import Synchronization

/// Recordings that could be used when they were first read, and no longer can once they are read again: each is told of and
/// left out, as long as they are not too many.
public final class LateFaults: Sendable {
    /// Recordings that may be left out, those that were from the beginning among them.
    private let limit: Int
    private let earlierCount: Int
    private let report: @Sendable (SpeechDataError) -> Void
    /// Each counts once, however often it is asked for.
    private let found = Mutex<[SpeechDataError]>([])

    /// - Parameters:
    ///   - earlierCount: recordings that were left out from the beginning.
    ///   - report: told of each, from any thread.
    public init(
        limit: Int = 0, earlierCount: Int = 0, report: @escaping @Sendable (SpeechDataError) -> Void = { _ in }
    ) {
        (self.limit, self.earlierCount, self.report) = (limit, earlierCount, report)
    }

    func add(_ error: SpeechDataError) throws(SpeechDataError) {
        let (isNew, count) = found.withLock { found -> (Bool, Int) in
            let isNew = !found.contains { $0.place == error.place && $0.file == error.file }
            if isNew { found.append(error) }
            return (isNew, found.count)
        }
        guard earlierCount + count <= limit else {
            throw SpeechDataError(place: error.place, .tooManyBad(limit: limit, last: "\(error)"))
        }
        if isNew { report(error) }
    }

    /// What a batch fails with of which nothing is left: the last of them.
    var emptyBatch: SpeechDataError { found.withLock { $0.last } ?? SpeechDataError(place: "a batch", .empty) }
}
