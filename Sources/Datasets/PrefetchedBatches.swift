import Foundation
import Synchronization

/// Batches that are made on threads of their own before they are asked for, while the step before them is computed.
///
/// A batch is what it would be without this: sources give the same for the same number, whoever asks.
public final class PrefetchedBatches<Batch: Sendable>: BatchSource {
    private let source: any BatchSource<Batch>
    /// Batches that are made ahead.
    private let count: Int
    /// By their numbers over all passes.
    private let jobs = Mutex<[Int: Job<Batch>]>([:])

    /// - Parameter count: batches that are made ahead, at the same time.
    public init(_ source: any BatchSource<Batch>, ahead count: Int) {
        precondition(count >= 1, "\(count) batches made ahead")
        (self.source, self.count) = (source, count)
    }

    public var batchesPerEpoch: Int { source.batchesPerEpoch }

    public func batch(_ index: Int, epoch: Int) throws -> Batch {
        let number = epoch * batchesPerEpoch + index
        let wanted = jobs.withLock { jobs in
            for next in number...number + count where jobs[next] == nil { jobs[next] = start(next) }
            let job = jobs.removeValue(forKey: number)
            // What lies elsewhere was made for a place that was left.
            jobs = jobs.filter { (number...number + count).contains($0.key) }
            return job
        }
        guard let wanted else { preconditionFailure("a batch that is asked for has been begun") }
        return try wanted.result()
    }

    private func start(_ number: Int) -> Job<Batch> {
        let job = Job<Batch>()
        let (epoch, index) = number.quotientAndRemainder(dividingBy: batchesPerEpoch)
        Thread.detachNewThread { [source] in job.finish(Result { try source.batch(index, epoch: epoch) }) }
        return job
    }
}

/// A batch in the making.
private final class Job<Batch: Sendable>: Sendable {
    private let isDone = NSCondition()
    private let outcome = Mutex<Result<Batch, any Error>?>(nil)

    func finish(_ result: Result<Batch, any Error>) {
        isDone.lock()
        outcome.withLock { $0 = result }
        isDone.broadcast()
        isDone.unlock()
    }

    /// Waits until it is there.
    func result() throws -> Batch {
        isDone.lock()
        defer { isDone.unlock() }
        while true {
            if let result = outcome.withLock({ $0 }) { return try result.get() }
            isDone.wait()
        }
    }
}
