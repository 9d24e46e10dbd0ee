import Testing

@testable import Tensors

struct BufferPoolTests {
    @Test(arguments: [0, 1, 64, 65, 256, 257, 1000, 1 << 20, (1 << 20) + 1, 5_000_001])
    func sizeClassesHoldTheRequestWithoutMuchWaste(byteCount: Int) {
        let capacity = BufferPool.sizeClass(byteCount)
        #expect(capacity >= byteCount)
        #expect(capacity % 64 == 0)
        #expect(capacity <= max(64, byteCount + max(64, byteCount / 4)))
        #expect(BufferPool.sizeClass(capacity) == capacity)
    }

    @Test func blocksAreAlignedAndReused() {
        let pool = BufferPool()
        let first = pool.allocate(byteCount: 3 << 20)
        #expect(Int(bitPattern: first.start) % (2 << 20) == 0)
        pool.release(first)
        let second = pool.allocate(byteCount: 3 << 20)
        #expect(second.start == first.start)
        #expect(pool.statistics.reuses == 1)
        pool.release(second)
        #expect(pool.statistics.live == 0)
        #expect(pool.statistics.peak == BufferPool.sizeClass(3 << 20))
        pool.trim()
        #expect(pool.statistics.cached == 0)
    }

    @Test func aLargerBlockServesAndIsNotSplit() {
        let pool = BufferPool()
        pool.release(pool.allocate(byteCount: 7 << 20))
        let smaller = pool.allocate(byteCount: 5 << 20)
        #expect(smaller.capacity == 7 << 20)
        #expect(pool.statistics.live == 7 << 20)
        pool.release(smaller)
        let muchSmaller = pool.allocate(byteCount: 2 << 20)
        #expect(muchSmaller.capacity == 2 << 20)
        pool.release(muchSmaller)
        pool.trim()
    }

    @Test func whatIsKeptFollowsWhatWasNeeded() {
        let pool = BufferPool()
        // One block at a time, of ever other sizes, none of which the one before serves.
        for step in 0..<40 { pool.release(pool.allocate(byteCount: (40 - step) << 22)) }
        let statistics = pool.statistics
        #expect(statistics.peak == 40 << 22)
        #expect(statistics.live == 0)
        #expect(statistics.cached <= statistics.peak + statistics.peak / 4 + 64 << 20)
        for step in 0..<40 { pool.release(pool.allocate(byteCount: (1 + step) << 22)) }
        #expect(pool.statistics.cached <= statistics.peak + statistics.peak / 4 + 64 << 20)
        pool.trim()
        #expect(pool.statistics.cached == 0)
    }

    #if DEBUG
        @Test func freshBlocksAreFilledWithNaN() {
            let tensor = Tensor(shape: [100]) { _ in }
            let isNaN = tensor.floats().map(\.isNaN)
            #expect(!isNaN.contains(false))
        }
    #endif
}
