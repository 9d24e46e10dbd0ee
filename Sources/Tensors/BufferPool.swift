import Kernels
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Hands out 64-byte-aligned blocks and keeps returned ones for the next request of the same size class.
///
/// Size classes are quarter powers of two, so a new block is at most 25 % larger than asked for; a kept one may be of a class
/// that is up to three steps larger. Blocks of 2 MiB and more are aligned to 2 MiB and advised as huge pages: a page fault
/// costs about 2 µs, and a training step without the pool would pay it for every activation.
///
/// What is kept follows what was needed: batches of ever other lengths would else leave blocks of every size behind.
public final class BufferPool: Sendable {
    public static let shared = BufferPool()

    // `@unchecked`: a block is owned by exactly one storage, or by the pool under its lock.
    struct Block: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
        let capacity: Int
    }

    /// What the pool holds, in bytes.
    public struct Statistics: Sendable, Equatable {
        /// In use by tensors now.
        public var live = 0
        /// The largest value that `live` ever had.
        public var peak = 0
        /// Returned and kept for reuse.
        public var cached = 0
        /// Requests answered from the cache.
        public var reuses = 0
    }

    private struct State: ~Copyable {
        /// The blocks of each class, the one that was returned first in front.
        var free: [Int: [(block: Block, time: UInt64)]] = [:]
        var statistics = Statistics()
        /// Blocks returned so far.
        var time: UInt64 = 0

        /// A kept block of this class, or of one a little larger.
        mutating func take(_ capacity: Int) -> Block? {
            var candidate = capacity
            for _ in 0...BufferPool.largerClasses(than: capacity) {
                if let block = free[candidate]?.popLast()?.block { return block }
                candidate = BufferPool.sizeClass(candidate + 1)
            }
            return nil
        }

        /// Takes out the blocks that nobody wanted for the longest time, until the others are few enough.
        mutating func evict(limit: Int) -> [Block] {
            var evicted: [Block] = []
            while statistics.cached > 0, statistics.live + statistics.cached > limit {
                let oldest = free.min { ($0.value.first?.time ?? .max) < ($1.value.first?.time ?? .max) }
                guard let capacity = oldest?.key, let block = free[capacity]?.removeFirst().block else { break }
                statistics.cached -= capacity
                evicted.append(block)
            }
            return evicted
        }
    }

    private let state = Mutex(State())
    /// Returned blocks beyond this many bytes go back to the system.
    private let cacheLimit = 4 << 30
    /// Kept beside the most that ever was in use at once: blocks of one size are not there for another.
    private let spareShare = 0.25
    private let spareBytes = 64 << 20

    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Returns every cached block to the system.
    public func trim() {
        let blocks = state.withLock { state in
            let blocks = state.free.values.flatMap { $0.map(\.block) }
            state.free = [:]
            state.statistics.cached = 0
            return blocks
        }
        for block in blocks { Self.giveBack(block) }
    }

    func allocate(byteCount: Int) -> Block {
        let capacity = Self.sizeClass(byteCount)
        let (cached, evicted) = state.withLock { state -> (Block?, [Block]) in
            let cached = state.take(capacity)
            if let cached {
                state.statistics.cached -= cached.capacity
                state.statistics.reuses += 1
            }
            state.statistics.live += cached?.capacity ?? capacity
            state.statistics.peak = max(state.statistics.peak, state.statistics.live)
            return (cached, cached == nil ? state.evict(limit: limit(state.statistics)) : [])
        }
        for block in evicted { Self.giveBack(block) }
        let block = cached ?? Self.systemBlock(capacity: capacity)
        #if DEBUG
            // Reading what was never written then shows at once.
            block.start.initializeMemory(as: Float.self, repeating: .nan, count: capacity / MemoryLayout<Float>.stride)
        #endif
        return block
    }

    func release(_ block: Block) {
        let isKept = state.withLock { state in
            state.statistics.live -= block.capacity
            guard state.statistics.cached + block.capacity <= cacheLimit else { return false }
            state.time += 1
            state.free[block.capacity, default: []].append((block, state.time))
            state.statistics.cached += block.capacity
            return true
        }
        if !isKept { Self.giveBack(block) }
    }

    /// Bytes in use and kept together, at most.
    private func limit(_ statistics: Statistics) -> Int {
        statistics.peak + max(spareBytes, Int(Double(statistics.peak) * spareShare))
    }

    /// Steps up from a class within which a kept block serves as well: of small ones, new ones cost next to nothing.
    private static func largerClasses(than capacity: Int) -> Int { capacity < 1 << 16 ? 0 : 3 }

    /// The smallest quarter power of two that holds `byteCount`, at least 64.
    static func sizeClass(_ byteCount: Int) -> Int {
        guard byteCount > 256 else { return max(64, (byteCount + 63) / 64 * 64) }
        let quarter = 1 << (Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount - 2)
        return (byteCount + quarter - 1) / quarter * quarter
    }

    private static let hugePage = 2 << 20

    /// Large blocks come from the system itself: `malloc` would not return theirs.
    private static func systemBlock(capacity: Int) -> Block {
        var start: UnsafeMutableRawPointer?
        if capacity >= hugePage {
            start = mappedBlock(capacity: capacity)
        } else if posix_memalign(&start, 64, capacity) != 0 {
            start = nil
        }
        guard let start else {
            fatalError("out of memory: \(capacity) bytes were asked for")  // nothing useful can go on without it
        }
        return Block(start: start, capacity: capacity)
    }

    private static func giveBack(_ block: Block) {
        if block.capacity >= hugePage {
            munmap(block.start, block.capacity)
        } else {
            free(block.start)
        }
    }

    /// Pages that begin at a huge one.
    private static func mappedBlock(capacity: Int) -> UnsafeMutableRawPointer? {
        guard
            let mapped = mmap(
                nil, capacity + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapped != MAP_FAILED
        else { return nil }
        let before = -Int(bitPattern: mapped) & (hugePage - 1)
        let start = mapped + before
        if before > 0 { munmap(mapped, before) }
        munmap(start + capacity, hugePage - before)
        madvise(start, capacity, MADV_HUGEPAGE)
        return start
    }
}
