import Datasets
import Tensors

/// Which clips make which utterance, and which utterances make which batch, in a pass over the data.
///
/// A pass is a function of seed and number. Clips may be joined: one after the other, 1 to ``longestJoin`` of the same speaker,
/// where speakers are known, each number equally often. Utterances of about the same length come in the same batch, so that
/// little of it is filled up: neighbours in a random order are sorted, some batches at a time, and the batches shuffled.
///
/// A model that knows nothing yet learns from short utterances first: the first pass goes from the shortest to the longest
/// (Amodei et al. 2016, section 3.2), and joins grow by a recording every other pass.
struct ClipOrder: Sendable {
    let batchSize: Int
    /// Nil for an order of lengths, the same in every pass, as validation has it.
    let seed: UInt64?
    let longestJoin: Int
    /// Clips of each speaker.
    private let groups: [[Int]]
    private let lengths: [Int]

    /// Batches whose utterances are sorted together.
    private static let batchesPerBucket = 24
    /// Of joins where no seed is given.
    private static let standardSeed: UInt64 = 1

    init(_ clips: [PreparedRecordings.Clip], batchSize: Int, seed: UInt64?, longestJoin: Int) {
        precondition(batchSize > 0 && longestJoin > 0, "batches of \(batchSize), joins of \(longestJoin)")
        (self.batchSize, self.seed, self.longestJoin) = (batchSize, seed, longestJoin)
        lengths = clips.map(\.sampleCount)
        if longestJoin > 1 {
            let bySpeaker = Dictionary(grouping: clips.indices) { clips[$0].speaker ?? "" }
            groups = bySpeaker.sorted { $0.key < $1.key }.map(\.value)
        } else {
            groups = [Array(clips.indices)]
        }
    }

    /// Utterances of a speaker with so many clips: about as many as use each clip once.
    private func utteranceCount(_ clips: Int) -> Int { max(1, 2 * clips / (longestJoin + 1)) }

    private var utteranceCount: Int { groups.reduce(0) { $0 + utteranceCount($1.count) } }

    var batchesPerEpoch: Int {
        SpeechBatches.batchCount(utteranceCount, batchSize: batchSize, isTraining: seed != nil)
    }

    /// An utterance of a pass.
    struct Utterance: Sendable {
        /// What its random numbers follow from.
        let number: Int
        let clips: [Int]
    }

    /// All batches of a pass.
    func batches(epoch: Int) -> [[Utterance]] {
        let all = utterances(epoch: epoch)
        func length(_ utterance: Utterance) -> Int { utterance.clips.reduce(0) { $0 + lengths[$1] } }
        func sorted(_ part: some Sequence<Utterance>) -> [Utterance] {
            part.sorted { (length($0), $0.number) < (length($1), $1.number) }
        }
        guard let seed else { return Self.cut(sorted(all), batchSize) }
        let order = SeededPermutation(count: all.count, seed: seed, stream: 4 * UInt64(epoch))
        let shuffled = all.indices.map { all[order[$0]] }.prefix(batchesPerEpoch * batchSize)
        let batches = Self.cut(Array(shuffled), Self.batchesPerBucket * batchSize).flatMap {
            Self.cut(sorted($0), batchSize)
        }
        if epoch == 0 { return Self.cut(sorted(shuffled), batchSize) }
        let batchOrder = SeededPermutation(count: batches.count, seed: seed, stream: 4 * UInt64(epoch) + 1)
        return batches.indices.map { batches[batchOrder[$0]] }
    }

    private func utterances(epoch: Int) -> [Utterance] {
        if longestJoin == 1 { return lengths.indices.map { Utterance(number: $0, clips: [$0]) } }
        let source = RandomSource(seed: seed ?? Self.standardSeed).split(4 * UInt64(epoch) + 2)
        let limit = seed == nil ? longestJoin : 1 + epoch / 2
        var all: [Utterance] = []
        for (number, group) in groups.enumerated() {
            let order = SeededPermutation(count: group.count, seed: source.seed, stream: UInt64(2 * number))
            var place = 0
            for index in 0..<utteranceCount(group.count) {
                // Every length once before any comes again.
                let (round, turn) = index.quotientAndRemainder(dividingBy: longestJoin)
                let sizes = SeededPermutation(
                    count: longestJoin, seed: source.seed, stream: UInt64(2 * number + 1) &+ UInt64(round) << 32)
                let size = min(sizes[turn] + 1, limit)
                let clips = (0..<size).map { group[order[(place + $0) % group.count]] }
                place += size
                all.append(Utterance(number: all.count, clips: clips))
            }
        }
        return all
    }

    private static func cut(_ utterances: [Utterance], _ size: Int) -> [[Utterance]] {
        stride(from: 0, to: utterances.count, by: size).map {
            Array(utterances[$0..<min($0 + size, utterances.count)])
        }
    }
}
