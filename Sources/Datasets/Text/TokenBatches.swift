import Tensors

/// Sequences of tokens and, for each place, the token that follows.
public struct TokenBatch: Sendable, Equatable {
    public let sequenceCount: Int
    /// Tokens of a sequence.
    public let blockLength: Int
    /// Shape `[sequenceCount, blockLength]`.
    public let inputs: [Int32]
    /// Of the same shape: the inputs one place on, or ``ignoredTarget`` where nothing is to be learnt.
    public let targets: [Int32]
    /// Places with something to learn.
    public let targetCount: Int
    /// Tokens that are not there for the shape's sake alone.
    public let tokenCount: Int

    /// No token, but the end of what a sequence has, or a place that is only read.
    public static let ignoredTarget: Int32 = -1

    public init(
        sequenceCount: Int, blockLength: Int, inputs: [Int32], targets: [Int32], tokenCount: Int? = nil
    ) {
        precondition(
            inputs.count == sequenceCount * blockLength && targets.count == inputs.count,
            "\(inputs.count) inputs and \(targets.count) targets of \(sequenceCount) sequences of \(blockLength)")
        (self.sequenceCount, self.blockLength) = (sequenceCount, blockLength)
        (self.inputs, self.targets) = (inputs, targets)
        targetCount = targets.count { $0 != Self.ignoredTarget }
        self.tokenCount = tokenCount ?? inputs.count
    }
}

/// Ranges of a corpus as batches of blocks, to be asked for by pass and number: the same arguments give the same batch,
/// whatever was asked before, so that a place in the data is saved as two numbers and the seed.
///
/// In each pass the blocks come in another order, and in long ranges they begin at other places (the first pass begins at
/// the beginning), so that a model that sees a corpus many times does not see the same cuts. The last batch of a pass may
/// be smaller.
public struct TokenBatches: Sendable {
    public let blockLength: Int
    public let batchSize: Int
    /// Nil for blocks in their order, as validation has them.
    public let seed: UInt64?

    private let tokens: [Int32]
    private let ranges: [Range<Int>]
    /// The blocks before each range, and of all.
    private let firstBlocks: [Int]

    /// A range with fewer blocks is not shifted: one of them would be lost for it.
    static let shiftedBlockCount = 16

    /// - Parameter ranges: of `corpus.tokens`.
    /// - Throws: where no range has a whole block and the target of its last token.
    public init(
        _ corpus: TokenCorpus, ranges: [Range<Int>]? = nil, blockLength: Int, batchSize: Int, seed: UInt64?
    ) throws(TextCorpusError) {
        precondition(blockLength > 0 && batchSize > 0, "\(batchSize) blocks of \(blockLength) tokens")
        tokens = corpus.tokens
        self.blockLength = blockLength
        self.batchSize = batchSize
        self.seed = seed
        self.ranges = ranges ?? [0..<corpus.tokens.count]
        var firstBlocks = [0]
        for range in self.ranges {
            precondition(range.upperBound <= tokens.count, "tokens up to \(range.upperBound) of \(tokens.count)")
            let count = max(range.count - 1, 0) / blockLength
            let isShifted = seed != nil && count >= Self.shiftedBlockCount
            firstBlocks.append(firstBlocks[firstBlocks.count - 1] + (isShifted ? count - 1 : count))
        }
        self.firstBlocks = firstBlocks
        guard blockCount > 0 else {
            let longest = self.ranges.map(\.count).max() ?? 0
            throw TextCorpusError(path: corpus.path, .tooShort(tokens: longest, needed: blockLength + 1))
        }
    }

    /// Blocks of one pass.
    public var blockCount: Int { firstBlocks[firstBlocks.count - 1] }

    public var batchesPerEpoch: Int { (blockCount + batchSize - 1) / batchSize }

    /// - Precondition: `index` is below ``batchesPerEpoch``, and `epoch` is not negative.
    public func batch(_ index: Int, epoch: Int) -> TokenBatch {
        precondition((0..<batchesPerEpoch).contains(index) && epoch >= 0, "batch \(index) of pass \(epoch)")
        let places = index * batchSize..<min((index + 1) * batchSize, blockCount)
        let order = seed.map { SeededPermutation(count: blockCount, seed: $0, stream: UInt64(epoch)) }
        var inputs: [Int32] = []
        var targets: [Int32] = []
        inputs.reserveCapacity(places.count * blockLength)
        targets.reserveCapacity(places.count * blockLength)
        for place in places {
            let start = start(ofBlock: order?[place] ?? place, epoch: epoch)
            inputs += tokens[start..<start + blockLength]
            targets += tokens[start + 1..<start + 1 + blockLength]
        }
        return TokenBatch(
            sequenceCount: places.count, blockLength: blockLength, inputs: inputs, targets: targets)
    }

    private func start(ofBlock block: Int, epoch: Int) -> Int {
        // The last range that begins at or before the block; ranges without blocks begin where the next one does.
        var (low, high) = (0, ranges.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if firstBlocks[middle] <= block { low = middle } else { high = middle }
        }
        let range = ranges[low]
        return range.lowerBound + (block - firstBlocks[low]) * blockLength + shift(ofRange: low, epoch: epoch)
    }

    /// How far the blocks of a range are shifted in a pass: by less than a block.
    private func shift(ofRange number: Int, epoch: Int) -> Int {
        let isShifted = (ranges[number].count - 1) / blockLength >= Self.shiftedBlockCount
        guard let seed, isShifted, epoch > 0 else { return 0 }
        var source = RandomSource(seed: seed).split(UInt64(epoch)).split(UInt64(number))
        return Int(source.next().multipliedFullWidth(by: UInt64(blockLength)).high)
    }
}
