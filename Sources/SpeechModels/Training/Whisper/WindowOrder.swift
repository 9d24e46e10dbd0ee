import Datasets
import Tensors

/// Which recordings make which window, and which windows make which batch, in a pass over the data.
///
/// A pass is a function of seed and number. Recordings of one speaker follow each other until a window is full; where nobody
/// knows who speaks, neighbours in the list do. Every fourth window of a training stays in part empty, as what a model hears
/// later often is. A pass has as many windows as the first one needs: later ones, packed otherwise, leave out a few or have
/// a few twice.
struct WindowOrder: Sendable {
    /// A window of a pass.
    struct Window: Sendable {
        /// What its random numbers follow from.
        let number: Int
        /// One at least.
        let clips: [Int]
    }

    let batchSize: Int
    /// Nil for recordings in their order, the same in every pass, as validation has them.
    let seed: UInt64?
    /// What each recording takes of a window, with a pause after it: samples and tokens.
    private let sizes: [Size]
    private let capacity: Size
    /// Recordings of each speaker.
    private let groups: [[Int]]
    /// Whether the recordings of a group may change places.
    private let isShuffled: [Bool]
    private let windowCount: Int

    struct Size: Sendable {
        var samples: Int
        var tokens: Int
    }

    /// - Parameter sizes: of each recording, in the order of `clips`.
    init(_ clips: [PreparedRecordings.Clip], sizes: [Size], capacity: Size, batchSize: Int, seed: UInt64?) {
        precondition(batchSize > 0 && sizes.count == clips.count, "batches of \(batchSize), \(sizes.count) sizes")
        (self.sizes, self.capacity, self.batchSize, self.seed) = (sizes, capacity, batchSize, seed)
        let bySpeaker = Dictionary(grouping: clips.indices) { clips[$0].speaker ?? "" }
        let sorted = bySpeaker.sorted { $0.key < $1.key }
        groups = sorted.map(\.value)
        isShuffled = sorted.map { $0.key != "" }
        windowCount = Self.windows(groups, isShuffled, sizes, capacity, seed: seed, epoch: 0).count
    }

    var batchesPerEpoch: Int {
        SpeechBatches.batchCount(windowCount, batchSize: batchSize, isTraining: seed != nil)
    }

    /// All batches of a pass.
    func batches(epoch: Int) -> [[Window]] {
        let windows = Self.windows(groups, isShuffled, sizes, capacity, seed: seed, epoch: epoch)
        guard let seed else { return cut(windows) }
        let order = SeededPermutation(count: windows.count, seed: seed, stream: 3 * UInt64(epoch))
        let count = min(windowCount, batchesPerEpoch * batchSize)
        return cut((0..<count).map { windows[order[$0 % windows.count]] })
    }

    private func cut(_ windows: [Window]) -> [[Window]] {
        stride(from: 0, to: windows.count, by: batchSize).map {
            Array(windows[$0..<min($0 + batchSize, windows.count)])
        }
    }

    private static func windows(
        _ groups: [[Int]], _ isShuffled: [Bool], _ sizes: [Size], _ capacity: Size, seed: UInt64?, epoch: Int
    ) -> [Window] {
        let source = seed.map { RandomSource(seed: $0).split(3 * UInt64(epoch) + 1) }
        var windows: [Window] = []
        for (number, group) in groups.enumerated() {
            var random = source?.split(UInt64(number))
            var room = room(capacity, &random)
            var clips: [Int] = []
            for clip in ordered(group, isShuffled: isShuffled[number], &random) {
                let size = sizes[clip]
                if !clips.isEmpty, size.samples > room.samples || size.tokens > room.tokens {
                    windows.append(Window(number: windows.count, clips: clips))
                    clips = []
                    room = Self.room(capacity, &random)
                }
                clips.append(clip)
                room.samples -= size.samples
                room.tokens -= size.tokens
            }
            if !clips.isEmpty { windows.append(Window(number: windows.count, clips: clips)) }
        }
        return windows
    }

    /// What the next window is to hold.
    private static func room(_ capacity: Size, _ random: inout RandomSource?) -> Size {
        guard let number = random?.next(), number % 4 == 0, let part = random?.uniform() else { return capacity }
        return Size(samples: Int(part * Float(capacity.samples)), tokens: capacity.tokens)
    }

    private static func ordered(_ group: [Int], isShuffled: Bool, _ random: inout RandomSource?) -> [Int] {
        guard let number = random?.next() else { return group }
        if isShuffled {
            let order = SeededPermutation(count: group.count, seed: number, stream: 0)
            return group.indices.map { group[order[$0]] }
        }
        // Cut at other places in every pass.
        let first = Int(number % UInt64(group.count))
        return Array(group[first...] + group[..<first])
    }
}
