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
}
