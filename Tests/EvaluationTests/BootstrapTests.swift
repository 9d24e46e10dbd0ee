import Evaluation
import Testing

@Suite struct BootstrapTests {
    /// Items of a kind, one after the other: word errors with probability `rate`.
    private func sample(_ count: Int, rate: Double, _ random: inout some RandomNumberGenerator) -> [Ratio] {
        (0..<count).map { _ in
            let words = Int.random(in: 3...20, using: &random)
            let errors = (0..<words).count { _ in Double.random(in: 0..<1, using: &random) < rate }
            return Ratio(Double(errors), over: Double(words))
        }
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    @Test func coversTheTruthAboutAsOftenAsItSays() {
        var random = Generator(state: 1)
        var covered = 0
        for trial in 0..<300 {
            let bootstrap = Bootstrap(resamples: 300, seed: UInt64(trial))
            let interval = bootstrap.interval(of: sample(60, rate: 0.2, &random))
            if interval?.contains(0.2) == true { covered += 1 }
        }
        // 95 % of 300 is 285; the percentile method stays a little below its level on small samples.
        #expect((270...296).contains(covered), "\(covered) of 300")
    }

    @Test func widthFollowsTheNormalApproximation() throws {
        var random = Generator(state: 2)
        let ratios = (0..<2000).map { _ in Ratio(Double.random(in: 0..<1, using: &random) < 0.3 ? 1 : 0, over: 1) }
        let interval = try #require(Bootstrap(resamples: 2000, seed: 3).interval(of: ratios))
        let share = ratios.reduce(0) { $0 + $1.numerator } / 2000
        let halfWidth = 1.96 * (share * (1 - share) / 2000).squareRoot()
        #expect(abs(interval.lowerBound - (share - halfWidth)) < 0.1 * halfWidth)
        #expect(abs(interval.upperBound - (share + halfWidth)) < 0.1 * halfWidth)
    }

    @Test func isTheSameForTheSameSeedOnly() {
        var random = Generator(state: 4)
        let ratios = sample(50, rate: 0.1, &random)
        #expect(Bootstrap(seed: 1).interval(of: ratios) == Bootstrap(seed: 1).interval(of: ratios))
        #expect(Bootstrap(seed: 1).interval(of: ratios) != Bootstrap(seed: 2).interval(of: ratios))
    }

    @Test func degenerateCases() {
        #expect(Bootstrap().interval(of: []) == nil)
        #expect(Bootstrap().interval(of: [Ratio(1, over: 2)]) == nil)
        #expect(Bootstrap().interval(of: [Ratio(0, over: 0), Ratio(1, over: 0)]) == nil)
        #expect(Bootstrap().interval(of: [Ratio(1, over: 4), Ratio(2, over: 8)]) == 0.25...0.25)
    }

    /// Every index is drawn equally often, and quantiles lie where they should.
    @Test func drawsAreEven() throws {
        var drawn = [Int](repeating: 0, count: 7)
        _ = Bootstrap(resamples: 10_000, seed: 5).interval(count: 7) { indices in
            for index in indices { drawn[index] += 1 }
            return 0
        }
        #expect(drawn.allSatisfy { abs($0 - 10_000) < 400 })

        var next = 0.0
        let interval = try #require(
            Bootstrap(resamples: 41, level: 0.9).interval(count: 2) { _ in
                next += 1
                return next
            })
        #expect(abs(interval.lowerBound - 3) < 1e-9 && abs(interval.upperBound - 39) < 1e-9)
    }
}
