import CommandLineKit

extension Vision {
    /// Reads pictures, several at once, and sends those that could be read through the network together.
    ///
    /// - Returns: for each sample, in their order, what the network says of it, or why it could not be read.
    static func answers<Sample: Sendable, Picture: Sendable, Answer: Sendable>(
        to samples: [Sample], reading read: @escaping @Sendable (Sample) throws -> Picture,
        asking network: @escaping @Sendable ([Picture]) throws -> [Answer]
    ) async throws -> [Result<Answer, any Error>] {
        let pictures = try await mapOnThreads(samples, read)
        let found = try await runOnThread { isCancelled in
            if isCancelled() { throw CancellationError() }
            let whole = pictures.compactMap { try? $0.get() }
            return whole.isEmpty ? [] : try network(whole)
        }
        var next = found.makeIterator()
        return pictures.map { picture in
            picture.flatMap { _ in next.next().map { .success($0) } ?? .failure(CancellationError()) }
        }
    }

    /// Does something with what the network says of each of many pictures of a data set, in their order; only a batch of them
    /// is in memory.
    ///
    /// - Parameters:
    ///   - name: what the data calls a picture.
    ///   - record: is told of every picture; an error counts for that picture alone, one that it throws too.
    static func evaluate<Sample: Sendable, Picture: Sendable, Answer: Sendable>(
        _ samples: [Sample], batchSize: Int, on console: Console, name: (Sample) -> String,
        reading read: @escaping @Sendable (Sample) throws -> Picture,
        asking network: @escaping @Sendable ([Picture]) throws -> [Answer],
        recording record: (Sample, Result<Answer, any Error>) throws -> Void
    ) async -> BatchReport {
        let meter = ProgressMeter(on: console, label: "evaluating", unit: .items("pictures"))
        defer { meter.finish() }
        var ready: [Int: Result<Answer, any Error>] = [:]
        let items = samples.map { Result<_, Never>.success($0) }
        return await Batch(on: console).run(items, name: name, done: "evaluated") { sample, position in
            let index = position.number - 1
            if ready[index] == nil {
                let range = index..<min(samples.count, index + batchSize)
                let found = try await answers(to: Array(samples[range]), reading: read, asking: network)
                ready = Dictionary(uniqueKeysWithValues: zip(range, found))
            }
            guard let answer = ready.removeValue(forKey: index) else {
                preconditionFailure("every picture of a batch has an answer")
            }
            meter.update(completed: Double(position.number), of: Double(position.total))
            if case .failure(let error) = answer, error is CancellationError { throw error }
            try record(sample, answer)
            _ = try answer.get()
        }
    }
}
