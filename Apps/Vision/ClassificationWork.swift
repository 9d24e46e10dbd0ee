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

    /// - Parameter receivers: each is told of a picture after those before it.
    func classify(_ list: InputList, for receivers: [any AnswerReceiver]) async throws -> BatchReport {
        let meter = ProgressMeter(on: console, label: "", unit: .items("pictures"))
        defer { meter.finish() }
        var ready: [Int: Result<PictureAnswer, any Error>] = [:]
        for receiver in receivers { try receiver.begin() }
        let report = await Batch(on: console).run(list, done: "classified") { input, position in
            let index = position.number - 1
            if ready[index] == nil {
                let end = min(list.items.count, index + batchSize)
                ready = try await answers(
                    (index..<end).compactMap { index in (try? list.items[index].get()).map { (index, $0) } })
            }
            guard let result = ready.removeValue(forKey: index) else {
                preconditionFailure("every input of a batch has a result")
            }
            let answer = try result.get()
            for receiver in receivers { try receiver.receive(answer) }
            meter.update(completed: Double(position.number), of: Double(position.total), label: input.displayName)
        }
        if !report.readerLeft {
            for receiver in receivers { try receiver.finish(isWhole: !report.wasInterrupted) }
        }
        return report
    }

    /// By their number in the list: what the network makes of each, or why that cannot be told.
    private func answers(_ inputs: [(Int, Input)]) async throws -> [Int: Result<PictureAnswer, any Error>] {
        let pictures = try await framed(inputs)
        let impressions = try await runOnThread { [classifier, topK, threshold] isCancelled in
            if isCancelled() { throw CancellationError() }
            let framed = pictures.compactMap { try? $0.get() }
            return framed.isEmpty ? [] : try classifier.impressions(framed: framed, top: topK, threshold: threshold)
        }
        var results: [Int: Result<PictureAnswer, any Error>] = [:]
        var next = impressions.makeIterator()
        for ((index, input), picture) in zip(inputs, pictures) {
            results[index] = picture.flatMap { framed in
                next.next().map { .success(PictureAnswer(input: input, framed: framed, impression: $0)) }
                    ?? .failure(CancellationError())
            }
        }
        return results
    }

    /// What the network sees of each picture, in the order of the inputs.
    private func framed(_ inputs: [(Int, Input)]) async throws -> [Result<Bitmap, any Error>] {
        try await withThrowingTaskGroup(of: (Int, Result<Bitmap, any Error>).self) { group in
            for (index, input) in inputs {
                group.addTask {
                    do {
                        return (index, .success(try await framed(input)))
                    } catch let error as CancellationError {
                        throw error
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var pictures: [(Int, Result<Bitmap, any Error>)] = []
            for try await picture in group { pictures.append(picture) }
            return pictures.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func framed(_ input: Input) async throws -> Bitmap {
        try await runOnThread { [classifier] isCancelled in
            if isCancelled() { throw CancellationError() }
            return classifier.framed(try PictureSource(input: input).read())
        }
    }

    /// The features of one picture, for comparing others with it.
    func features(of input: Input) async throws -> [Float] {
        let picture = try await framed(input)
        return try await runOnThread { [classifier] _ in try classifier.embeddings(framed: [picture])[0] }
    }
}
