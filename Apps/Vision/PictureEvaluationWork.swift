import CommandLineKit
import Datasets
import Hashing
import Images
import VisionModels

/// What `vision evaluate` does: reads pictures several at once, sends them through the network together, and gathers the
/// answers in the order of the data.
struct PictureEvaluationWork: Sendable {
    private struct Answer: Sendable {
        let contentHash: SHA256Digest
        let probabilities: [Double]
    }

    let classifier: Classifier
    let batchSize: Int
    let console: Console

    func evaluate(_ samples: [PictureSample]) async -> (ClassificationEvaluation, BatchReport) {
        var evaluation = ClassificationEvaluation(labels: classifier.labels)
        let meter = ProgressMeter(on: console, label: "evaluating", unit: .items("pictures"))
        defer { meter.finish() }
        var ready: [Int: Result<Answer, any Error>] = [:]
        let items = samples.map { Result<_, PictureDataError>.success($0) }
        let batch = await Batch(on: console).run(items, name: \.name, done: "evaluated") { sample, position in
            let index = position.number - 1
            if ready[index] == nil {
                let range = index..<min(samples.count, index + batchSize)
                ready = try await answers(to: samples[range])
            }
            guard let answer = ready.removeValue(forKey: index) else {
                preconditionFailure("every picture of a batch has an answer")
            }
            meter.update(completed: Double(position.number), of: Double(position.total))
            switch answer {
            case .success(let answer):
                evaluation.add(
                    name: sample.name, contentHash: answer.contentHash, label: sample.label,
                    probabilities: answer.probabilities)
            case .failure(let error):
                if error is CancellationError { throw error }
                // The report names pictures as the data does, not by where they lie on this machine.
                var message = String(describing: error)
                if case .file(let path) = sample.content { message = message.replacing(path, with: sample.name) }
                evaluation.addFailure(name: sample.name, label: sample.label, error: message)
                throw error
            }
        }
        return (evaluation, batch)
    }

    /// By their number, what the network says of pictures, or why it cannot.
    private func answers(to samples: ArraySlice<PictureSample>) async throws -> [Int: Result<Answer, any Error>] {
        let pictures = try await withThrowingTaskGroup(of: (Int, Result<Prepared, any Error>).self) { group in
            for (index, sample) in zip(samples.indices, samples) {
                group.addTask { [classifier] in
                    (index, try await runOnThread { _ in Result { try Prepared(sample, classifier) } })
                }
            }
            var pictures: [Int: Result<Prepared, any Error>] = [:]
            for try await (index, picture) in group { pictures[index] = picture }
            return pictures.sorted { $0.key < $1.key }
        }
        let probabilities = try await runOnThread { [classifier] isCancelled in
            if isCancelled() { throw CancellationError() }
            let framed = pictures.compactMap { try? $0.value.get().picture }
            return framed.isEmpty ? [] : try classifier.probabilities(framed: framed)
        }
        var next = probabilities.makeIterator()
        var answers: [Int: Result<Answer, any Error>] = [:]
        for (index, picture) in pictures {
            answers[index] = picture.flatMap { picture in
                next.next().map { .success(Answer(contentHash: picture.contentHash, probabilities: $0)) }
                    ?? .failure(CancellationError())
            }
        }
        return answers
    }

    /// A picture as the network takes it.
    private struct Prepared: Sendable {
        let picture: Bitmap
        let contentHash: SHA256Digest

        init(_ sample: PictureSample, _ classifier: Classifier) throws {
            picture = classifier.framed(try sample.picture())
            contentHash =
                switch sample.content {
                case .file(let path): try SHA256.hash(contentsOfFile: path)
                case .bitmap(let bitmap): SHA256.hash(bitmap.bytes)
                }
        }
    }
}
