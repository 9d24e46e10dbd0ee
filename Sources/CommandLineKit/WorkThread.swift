import Foundation
import Kernels
import Synchronization

/// Computes on a thread of its own, not on those of Swift's concurrency.
///
/// - Parameter work: asks now and then whether the task was cancelled.
public func runOnThread<Value: Sendable>(
    _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Value
) async throws -> Value {
    let flag = Flag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work { flag.isSet } }) }
        }
    } onCancel: {
        flag.set()
    }
}

/// The results of `work` for each item, in their order, computed on as many threads as kernels use.
///
/// - Throws: `CancellationError` where the task was cancelled meanwhile.
public func mapOnThreads<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ work: @escaping @Sendable (Item) throws -> Value
) async throws -> [Result<Value, any Error>] {
    let threads = max(1, min(Threads.count, items.count))
    return try await withThrowingTaskGroup(of: (Int, [Result<Value, any Error>]).self) { group in
        for thread in 0..<threads {
            let piece = items.count * thread / threads..<items.count * (thread + 1) / threads
            group.addTask {
                let results = try await runOnThread { isCancelled in
                    try piece.map { index in
                        if isCancelled() { throw CancellationError() }
                        return Result { try work(items[index]) }
                    }
                }
                return (thread, results)
            }
        }
        var all: [(Int, [Result<Value, any Error>])] = []
        for try await results in group { all.append(results) }
        return all.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
