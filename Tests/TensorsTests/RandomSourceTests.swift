import Testing

@testable import Tensors

struct RandomSourceTests {
    @Test func resumesFromItsTwoIntegers() {
        var random = RandomSource(seed: 42)
        for _ in 0..<7 { _ = random.next() }
        var resumed = RandomSource(seed: 42, counter: random.counter)
        #expect((0..<10).map { _ in random.next() } == (0..<10).map { _ in resumed.next() })
    }

    /// The known-answer vectors published with the algorithm (Random123, `kat_vectors`: philox4x32-10).
    @Test func agreesWithPublishedVectors() {
        var zero = RandomSource(seed: 0)
        // Counter 0, key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
        #expect(zero.next() == 0xE169_C58D_6627_E8D5)
        #expect(zero.next() == 0x9B00_DBD8_BC57_AC4C)
    }

    @Test func uniformAndNormalHaveTheirMoments() {
        var random = RandomSource(seed: 7)
        let uniform = (0..<20_000).map { _ in Double(random.uniform()) }
        let mean = uniform.reduce(0, +) / 20_000
        #expect(abs(mean - 0.5) < 0.01)
        #expect(uniform.allSatisfy { (0..<1).contains($0) })
        let normal = (0..<20_000).map { _ in Double(random.normal()) }
        let normalMean = normal.reduce(0, +) / 20_000
        let variance = normal.reduce(0) { $0 + ($1 - normalMean) * ($1 - normalMean) } / 20_000
        #expect(abs(normalMean) < 0.03)
        #expect(abs(variance - 1) < 0.05)
    }

    @Test func streamsDiffer() {
        let source = RandomSource(seed: 3)
        #expect(source.split(1) == source.split(1))
        #expect(source.split(1) != source.split(2))
    }
}
