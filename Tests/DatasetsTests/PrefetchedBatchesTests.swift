import Testing

@testable import Datasets

@Suite struct PrefetchedBatchesTests {
    private struct Numbers: BatchSource {
        struct Broken: Error, Equatable {}

        let batchesPerEpoch = 5

        func batch(_ index: Int, epoch: Int) throws -> Int {
            if (epoch, index) == (2, 1) { throw Broken() }
            return 10 * epoch + index
        }
    }

    @Test func batchesAreThoseOfTheSource() throws {
        let batches = PrefetchedBatches(Numbers(), ahead: 3)
        #expect(batches.batchesPerEpoch == 5)
        for epoch in 0..<2 {
            for index in 0..<5 { #expect(try batches.batch(index, epoch: epoch) == 10 * epoch + index) }
        }
        // Back and far ahead.
        #expect(try batches.batch(1, epoch: 0) == 1)
        #expect(try batches.batch(4, epoch: 7) == 74)
        #expect(try batches.batch(4, epoch: 7) == 74)
    }

    @Test func errorsComeWithTheirBatch() throws {
        let batches = PrefetchedBatches(Numbers(), ahead: 4)
        #expect(try batches.batch(0, epoch: 2) == 20)
        #expect(throws: Numbers.Broken()) { try batches.batch(1, epoch: 2) }
        #expect(try batches.batch(2, epoch: 2) == 22)
    }
}
