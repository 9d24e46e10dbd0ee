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
        let found = try await Vision.answers(to: inputs) {
            try framed($0.1)
        } asking: { pictures in
            let impressions = try classifier.impressions(framed: pictures, top: topK, threshold: threshold)
            return zip(pictures, impressions).map { (framed: $0, impression: $1) }
        }
        return Dictionary(
            uniqueKeysWithValues: zip(inputs, found).map { input, answer in
                (
                    input.0,
                    answer.map { PictureAnswer(input: input.1, framed: $0.framed, impression: $0.impression) }
                )
            })
    }

    private func framed(_ input: Input) throws -> Bitmap {
        classifier.framed(try PictureSource(input: input).read())
    }

    /// The features of one picture, for comparing others with it.
    func features(of input: Input) async throws -> [Float] {
        try await runOnThread { _ in try classifier.embeddings(framed: [framed(input)])[0] }
    }
}
