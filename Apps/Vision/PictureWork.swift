import CommandLineKit

/// Something that is done with every answer, in the order of the inputs.
protocol AnswerReceiver<Answer> {
    associatedtype Answer
    /// To be called before the first answer.
    func begin() throws
    /// An error stands for this picture alone.
    func receive(_ answer: Answer) throws
    /// To be called behind the last answer.
    ///
    /// - Parameter isWhole: whether all pictures had their turn.
    func finish(isWhole: Bool) throws
}

extension AnswerReceiver {
    func begin() throws {}
}

/// What is done with any number of pictures: a batch of them is read at once and goes through a network together, then each
/// is told of, one after the other. However many there are, only a batch of them is in memory.
struct PictureWork: Sendable {
    let batchSize: Int
    let console: Console

    /// - Parameters:
    ///   - done: what happens to the pictures, for the counts: `classified`.
    ///   - receivers: each is told of a picture after those before it.
    ///   - answering: what the network says of each of a batch, or why that cannot be told.
    func run<Answer: Sendable>(
        _ list: InputList, done: String, for receivers: [any AnswerReceiver<Answer>],
        answering: ([Input]) async throws -> [Result<Answer, any Error>]
    ) async throws -> BatchReport {
        let meter = ProgressMeter(on: console, label: "", unit: .items("pictures"))
        defer { meter.finish() }
        var ready: [Int: Result<Answer, any Error>] = [:]
        for receiver in receivers { try receiver.begin() }
        let report = await Batch(on: console).run(list, done: done) { input, position in
            let index = position.number - 1
            if ready[index] == nil {
                let batch = (index..<min(list.items.count, index + batchSize)).compactMap { index in
                    (try? list.items[index].get()).map { (index: index, input: $0) }
                }
                let answers = try await answering(batch.map(\.input))
                ready = Dictionary(uniqueKeysWithValues: zip(batch.map(\.index), answers))
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
}
