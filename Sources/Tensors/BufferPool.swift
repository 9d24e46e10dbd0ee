import Kernels
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Hands out 64-byte-aligned blocks and keeps returned ones for the next request of the same size class.
///
/// Size classes are quarter powers of two, so a block is at most 25 % larger than asked for. Blocks of 2 MiB and more
/// are aligned to 2 MiB and advised as huge pages: a page fault costs about 2 µs, and a training step without the pool
/// would pay it for every activation.
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
        var free: [Int: [Block]] = [:]
        var statistics = Statistics()
    }

    private let state = Mutex(State())
    /// Returned blocks beyond this many bytes go back to the system.
    private let cacheLimit = 4 << 30

    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Returns every cached block to the system.
    public func trim() {
        let blocks = state.withLock { state in
            let blocks = state.free.values.flatMap { $0 }
            state.free = [:]
            state.statistics.cached = 0
            return blocks
        }
        for block in blocks { free(block.start) }
    }

    func allocate(byteCount: Int) -> Block {
        let capacity = Self.sizeClass(byteCount)
        let cached = state.withLock { state -> Block? in
            state.statistics.live += capacity
            state.statistics.peak = max(state.statistics.peak, state.statistics.live)
            guard let block = state.free[capacity]?.popLast() else { return nil }
            state.statistics.cached -= capacity
            state.statistics.reuses += 1
            return block
        }
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
            state.free[block.capacity, default: []].append(block)
            state.statistics.cached += block.capacity
            return true
        }
        if !isKept { free(block.start) }
    }

    /// The smallest quarter power of two that holds `byteCount`, at least 64.
    static func sizeClass(_ byteCount: Int) -> Int {
        guard byteCount > 256 else { return max(64, (byteCount + 63) / 64 * 64) }
        let quarter = 1 << (Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount - 2)
        return (byteCount + quarter - 1) / quarter * quarter
    }

    private static func systemBlock(capacity: Int) -> Block {
        let hugePage = 2 << 20
        let alignment = capacity >= hugePage ? hugePage : 64
        var start: UnsafeMutableRawPointer?
        let status = posix_memalign(&start, alignment, capacity)
        guard status == 0, let start else {
            fatalError("out of memory: \(capacity) bytes were asked for")  // nothing useful can go on without it
        }
        if alignment == hugePage { madvise(start, capacity, MADV_HUGEPAGE) }
        return Block(start: start, capacity: capacity)
    }
}
