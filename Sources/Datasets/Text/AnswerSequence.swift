/// Tokens of which some are to be learnt: a conversation with its answers.
public struct AnswerSequence: Sendable, Equatable {
    public let tokens: [Int32]
    /// Places of the tokens to be learnt, ascending; none is the first, which nothing foretells.
    public let answers: [Range<Int>]

    /// - Precondition: `answers` are ascending ranges of `tokens`, none of them empty, and at least one.
    public init(tokens: [Int32], answers: [Range<Int>]) {
        let ends = [1] + answers.map(\.upperBound)
        precondition(
            !answers.isEmpty && answers.allSatisfy { !$0.isEmpty }
                && zip(ends, answers).allSatisfy { $0 <= $1.lowerBound } && ends[answers.count] <= tokens.count,
            "answers at \(answers) of \(tokens.count) tokens")
        self.answers = answers
        // What comes after the last answer has nothing to say.
        self.tokens = Array(tokens[..<ends[answers.count]])
    }

    /// The beginning of the sequence, at most so many tokens; nil where no answer would be left.
    public func prefix(_ count: Int) -> AnswerSequence? {
        guard tokens.count > count else { return self }
        let kept = answers.compactMap { $0.lowerBound < count ? $0.lowerBound..<Swift.min($0.upperBound, count) : nil }
        return kept.isEmpty ? nil : AnswerSequence(tokens: Array(tokens[..<count]), answers: kept)
    }
}

/// Sequences with answers as batches, to be asked for by pass and number, as ``TokenBatches`` are.
///
/// Sequences of a batch are of similar lengths, so that little of it is padding: in each pass they are shuffled, the
/// sequences of every sixteen batches sorted by length, and the batches that come of it shuffled again. The padding behind
/// a sequence is seen by nothing that counts, as no place sees those after it.
public struct AnswerBatches: BatchSource {
    public let batchSize: Int
    /// Nil for an order that is the same in each pass, as validation has it.
    public let seed: UInt64?
    private let sequences: [AnswerSequence]

    private static let batchesPerBucket = 16

    /// - Precondition: there is at least one sequence.
    public init(_ sequences: [AnswerSequence], batchSize: Int, seed: UInt64?) {
        precondition(!sequences.isEmpty && batchSize > 0, "\(sequences.count) sequences in batches of \(batchSize)")
        (self.sequences, self.batchSize, self.seed) = (sequences, batchSize, seed)
    }

    public var batchesPerEpoch: Int { (sequences.count + batchSize - 1) / batchSize }

    public func batch(_ index: Int, epoch: Int) -> TokenBatch {
        precondition((0..<batchesPerEpoch).contains(index) && epoch >= 0, "batch \(index) of pass \(epoch)")
        func order(_ count: Int, _ stream: Int) -> SeededPermutation? {
            seed.map { SeededPermutation(count: count, seed: $0, stream: UInt64(2 * epoch + stream)) }
        }
        let batch = order(batchesPerEpoch, 1)?[index] ?? index
        let bucket = batch / Self.batchesPerBucket
        let (size, shuffled) = (batchSize * Self.batchesPerBucket, order(sequences.count, 0))
        let places = bucket * size..<Swift.min((bucket + 1) * size, sequences.count)
        let sorted = places.map { shuffled?[$0] ?? $0 }.sorted {
            (sequences[$0].tokens.count, $0) < (sequences[$1].tokens.count, $1)
        }
        let first = (batch - bucket * Self.batchesPerBucket) * batchSize
        return Self.batch(sorted[first..<Swift.min(first + batchSize, sorted.count)].map { sequences[$0] })
    }

    static func batch(_ sequences: [AnswerSequence]) -> TokenBatch {
        let length = (sequences.map(\.tokens.count).max() ?? 1) - 1
        var inputs: [Int32] = []
        var targets: [Int32] = []
        for sequence in sequences {
            let padding = length - (sequence.tokens.count - 1)
            inputs += sequence.tokens.dropLast() + repeatElement(0, count: padding)
            var own = [Int32](repeating: TokenBatch.ignoredTarget, count: length)
            for answer in sequence.answers {
                for place in answer { own[place - 1] = sequence.tokens[place] }
            }
            targets += own
        }
        return TokenBatch(
            sequenceCount: sequences.count, blockLength: length, inputs: inputs, targets: targets,
            tokenCount: sequences.reduce(0) { $0 + $1.tokens.count - 1 })
    }
}
