import CommandLineKit
import Images
import VisionModels

/// What `vision classify` does with its inputs: read several at once, send them through the network together, and tell of
/// them one after the other. However many there are, only a batch of them is in memory, and of those only what the network
/// sees.
struct ClassificationWork: Sendable {
    let classifier: Classifier
    let topK: Int
    let threshold: Double
    let batchSize: Int
    let console: Console

    func classify(_ list: InputList, into writer: ClassificationWriter) async throws -> BatchReport {
        let meter = ProgressMeter(on: console, label: "", unit: .items("pictures"))
        defer { meter.finish() }
        var ready: [Int: Result<[Prediction], any Error>] = [:]
        try writer.begin()
        let report = await Batch(on: console).run(list, done: "classified") { input, position in
            let index = position.number - 1
            if ready[index] == nil {
                let end = min(list.items.count, index + batchSize)
                ready = try await predictions(
                    (index..<end).compactMap { index in (try? list.items[index].get()).map { (index, $0) } })
            }
            guard let result = ready.removeValue(forKey: index) else {
                preconditionFailure("every input of a batch has a result")
            }
            try writer.write(try result.get(), of: input.displayName)
            meter.update(completed: Double(position.number), of: Double(position.total), label: input.displayName)
        }
        if !report.readerLeft { try writer.finish(keepsResult: !report.wasInterrupted) }
        return report
    }

    /// By their number in the list: what each shows, or why that cannot be told.
    private func predictions(_ inputs: [(Int, Input)]) async throws -> [Int: Result<[Prediction], any Error>] {
        let pictures = try await framed(inputs)
        let found = try await runOnThread { [classifier, topK, threshold] isCancelled in
            if isCancelled() { throw CancellationError() }
            let framed = pictures.compactMap { try? $0.1.get() }
            return framed.isEmpty ? [] : try classifier.classify(framed: framed, top: topK, threshold: threshold)
        }
        var results: [Int: Result<[Prediction], any Error>] = [:]
        var next = found.makeIterator()
        for (index, picture) in pictures {
            results[index] = picture.flatMap { _ in
                next.next().map { .success($0) } ?? .failure(CancellationError())
            }
        }
        return results
    }

    /// What the network sees of each picture, in the order of the inputs.
    private func framed(_ inputs: [(Int, Input)]) async throws -> [(Int, Result<Bitmap, any Error>)] {
        try await withThrowingTaskGroup(of: (Int, Result<Bitmap, any Error>).self) { group in
            for (index, input) in inputs {
                group.addTask { [classifier] in
                    do {
                        let picture = try await runOnThread { isCancelled in
                            if isCancelled() { throw CancellationError() }
                            return classifier.framed(try PictureSource(input: input).read())
                        }
                        return (index, .success(picture))
                    } catch let error as CancellationError {
                        throw error
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var pictures: [(Int, Result<Bitmap, any Error>)] = []
            for try await picture in group { pictures.append(picture) }
            return pictures.sorted { $0.0 < $1.0 }
        }
    }
}
