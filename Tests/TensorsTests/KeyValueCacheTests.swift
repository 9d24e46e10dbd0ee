import Testing

@testable import Tensors

struct KeyValueCacheTests {
    private func step(_ value: Float, sequences: Int = 2) -> Tensor {
        Tensor(repeating: value, shape: [sequences, 1, 3])
    }

    private func keys(_ cache: KeyValueCache, sequence: Int) -> [Float] {
        let start = cache.keys(layer: 0) + sequence * cache.sequenceStride
        return (0..<cache.lengths[sequence]).map { start[$0 * 3] }
    }

    @Test func growsForksAndTruncates() {
        let cache = KeyValueCache(layerCount: 1, sequenceCapacity: 2, positionCapacity: 4, width: 3)
        for value in [1, 2, 3] as [Float] {
            cache.write(keys: step(value), values: step(-value), layer: 0)
            cache.advance(by: 1, sequences: 2)
        }
        #expect(cache.lengths == [3, 3])
        cache.truncate(sequence: 1, to: 1)
        #expect(keys(cache, sequence: 0) == [1, 2, 3])
        #expect(keys(cache, sequence: 1) == [1])
        cache.fork(0, to: 1)
        #expect(keys(cache, sequence: 1) == [1, 2, 3])
        #expect(cache.values(layer: 0)[cache.sequenceStride] == -1)
    }
}
