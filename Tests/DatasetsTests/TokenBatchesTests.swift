import Foundation
import TestKit
import Testing

@testable import Datasets

@Suite struct TokenBatchesTests {
    private func corpus(_ count: Int) -> TokenCorpus { TokenCorpus(tokens: (0..<Int32(count)).map(\.self)) }

    @Test func textsBecomeTokensWithAnEndBehindEach() throws {
        let folder = try TemporaryFolder()
        try folder.write("ab", to: "a.txt")
        try folder.write("{\"text\": \"c\"}\n{\"text\": \"d\"}\n", to: "b.jsonl")
        let texts = try TextCorpus(paths: [folder.path])
        var bytes: [Int] = []
        let tokens = try TokenCorpus(
            texts, endOfText: 0, progress: { bytes.append($0) }, encode: { $0.utf8.map(Int.init) })
        #expect(tokens.tokens == [97, 98, 0, 99, 0, 100, 0])
        #expect(tokens.report.byteCount == 4 && bytes.last == 4)
        #expect(try TokenCorpus(texts, endOfText: nil) { $0.utf8.map(Int.init) }.tokens == [97, 98, 99, 100])
    }

    @Test func targetsAreTheInputsOnePlaceOn() throws {
        let batches = try TokenBatches(corpus(23), blockLength: 4, batchSize: 2, seed: nil)
        #expect(batches.blockCount == 5 && batches.batchesPerEpoch == 3)
        let first = batches.batch(0, epoch: 0)
        #expect(first.inputs == [0, 1, 2, 3, 4, 5, 6, 7] && first.targets == [1, 2, 3, 4, 5, 6, 7, 8])
        let last = batches.batch(2, epoch: 7)
        #expect(last.sequenceCount == 1 && last.inputs == [16, 17, 18, 19] && last.targets == [17, 18, 19, 20])
    }

    /// Each pass has every block once, in another order, whatever was asked before.
    @Test func passesAreShuffled() throws {
        let batches = try TokenBatches(corpus(1001), blockLength: 10, batchSize: 7, seed: 5)
        #expect(batches.blockCount == 99)
        var orders: [[Int32]] = []
        for epoch in 0..<3 {
            var starts: [Int32] = []
            for index in 0..<batches.batchesPerEpoch {
                let batch = batches.batch(index, epoch: epoch)
                #expect(batch == batches.batch(index, epoch: epoch))
                for row in 0..<batch.sequenceCount {
                    let block = batch.inputs[row * 10..<row * 10 + 10]
                    #expect(block.elementsEqual(block[block.startIndex]..<block[block.startIndex] + 10))
                    #expect(batch.targets[row * 10..<row * 10 + 10].elementsEqual(block.map { $0 + 1 }))
                    starts.append(block[block.startIndex])
                }
            }
            let shift = starts.min() ?? -1
            #expect((0..<10).contains(shift) && (epoch > 0 || shift == 0))
            #expect(starts.sorted() == (0..<99).map { shift + 10 * $0 })
            #expect(starts != starts.sorted())
            orders.append(starts.map { $0 - shift })
        }
        #expect(Set(orders).count == 3)
        let same = try TokenBatches(corpus(1001), blockLength: 10, batchSize: 7, seed: 5)
        #expect(same.batch(4, epoch: 2) == batches.batch(4, epoch: 2))
        let other = try TokenBatches(corpus(1001), blockLength: 10, batchSize: 7, seed: 6)
        #expect(other.batch(4, epoch: 2) != batches.batch(4, epoch: 2))
    }

    @Test func validationIsNoPartOfTraining() throws {
        let corpus = corpus(100_000)
        let (training, validation) = try corpus.split(validationShare: 0.1, blockLength: 50, seed: 1)
        #expect(Set((training + validation).flatMap { Array($0) }).count == 100_000)
        #expect((training + validation).reduce(0) { $0 + $1.count } == 100_000)
        let share = Double(validation.reduce(0) { $0 + $1.count }) / 100_000
        #expect(abs(share - 0.1) < 0.01)
        #expect(validation.count > 5)
        let seen = try TokenBatches(corpus, ranges: training, blockLength: 50, batchSize: 8, seed: 3)
        let held = Set(validation.flatMap { $0.map(Int32.init) })
        for epoch in 0..<2 {
            for index in 0..<seen.batchesPerEpoch {
                let batch = seen.batch(index, epoch: epoch)
                // The last target too lies within the range.
                #expect(
                    batch.inputs.allSatisfy { !held.contains($0) } && batch.targets.allSatisfy { !held.contains($0) })
            }
        }
        #expect(try corpus.split(validationShare: 0.1, blockLength: 50, seed: 1).validation == validation)
        #expect(try corpus.split(validationShare: 0.1, blockLength: 50, seed: 2).validation != validation)
        #expect(try corpus.split(validationShare: 0, blockLength: 50, seed: 2).training == [0..<100_000])
    }

    @Test func aShortCorpusIsAnError() throws {
        #expect(throws: TextCorpusError(path: "tokens", .tooShort(tokens: 8, needed: 9))) {
            try TokenBatches(corpus(8), blockLength: 8, batchSize: 1, seed: 1)
        }
        #expect(try TokenBatches(corpus(9), blockLength: 8, batchSize: 4, seed: 1).batch(0, epoch: 3).inputs.count == 8)
        #expect(throws: TextCorpusError(path: "tokens", .tooShort(tokens: 17, needed: 18))) {
            try corpus(17).split(validationShare: 0.5, blockLength: 8, seed: 1)
        }
        for count in 18...60 {
            let (training, validation) = try corpus(count).split(validationShare: 0.5, blockLength: 8, seed: 1)
            #expect(
                try TokenBatches(corpus(count), ranges: training, blockLength: 8, batchSize: 1, seed: 1).blockCount > 0)
            #expect(
                try TokenBatches(corpus(count), ranges: validation, blockLength: 8, batchSize: 1, seed: 1).blockCount
                    > 0)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 100, 1000, 4097])
    func permutationsHaveEveryNumberOnce(_ count: Int) {
        let permutation = SeededPermutation(count: count, seed: 9, stream: 4)
        #expect((0..<count).map { permutation[$0] }.sorted() == Array(0..<count))
    }

    /// Every number is at every place equally often, and neighbours do not stay together.
    @Test func permutationsAreEven() {
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 10)
        for seed in 0..<10_000 {
            let permutation = SeededPermutation(count: 10, seed: UInt64(seed), stream: 0)
            for place in 0..<10 { counts[place][permutation[place]] += 1 }
        }
        #expect(counts.joined().allSatisfy { abs($0 - 1000) < 200 })
        let permutation = SeededPermutation(count: 10_000, seed: 1, stream: 2)
        let neighbours = (1..<10_000).count { abs(permutation[$0] - permutation[$0 - 1]) == 1 }
        #expect(neighbours < 20)
    }
}
