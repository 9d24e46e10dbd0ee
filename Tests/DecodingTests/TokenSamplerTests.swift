import Foundation
import Tensors
import Testing

@testable import Decoding

struct TokenSamplerTests {
    private let logits: [Float] = [0.5, -1, 2, 2, -.infinity, 0, 1.25, -3]

    private func sampler(seed: UInt64 = 7, _ change: (inout SamplingSettings) -> Void = { _ in }) -> TokenSampler {
        var settings = SamplingSettings()
        change(&settings)
        return TokenSampler(settings, prompt: [], random: RandomSource(seed: seed))
    }

    /// How often each token came, against what the rules' own logits say it should: χ² over the tokens.
    @Test(
        arguments: [
            { _ in }, { $0.temperature = 2 }, { $0.topK = 3 }, { $0.topP = 0.8 }, { $0.minP = 0.3 },
            { $0.typicalP = 0.7 },
            { $0.logitBias = [5: 2, 3: -.infinity] },
        ] as [@Sendable (inout SamplingSettings) -> Void])
    func tokensComeAsOftenAsTheyShould(change: @Sendable (inout SamplingSettings) -> Void) {
        var settings = SamplingSettings()
        change(&settings)
        var changed = logits
        for rule in settings.rules(prompt: []) { rule.apply(to: &changed, after: []) }
        let weights = changed.map { exp(Double($0)) }
        let total = weights.reduce(0, +)

        let draws = 40_000
        var counts = [Int](repeating: 0, count: logits.count)
        var sampler = sampler(change)
        for _ in 0..<draws { counts[sampler.next(logits, after: [])] += 1 }
        var (statistic, freedom) = (0.0, -1.0)
        for (count, weight) in zip(counts, weights) {
            guard weight > 0 else {
                #expect(count == 0)
                continue
            }
            let expected = Double(draws) * weight / total
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
            freedom += 1
        }
        // Six standard deviations above the mean of χ².
        #expect(statistic < freedom + 6 * (2 * max(freedom, 1)).squareRoot(), "\(counts)")
    }

    @Test func theSeedDecides() {
        func draws(_ seed: UInt64) -> [Int] {
            var sampler = sampler(seed: seed)
            return (0..<50).map { _ in sampler.next(logits, after: []) }
        }
        #expect(draws(1) == draws(1))
        #expect(draws(1) != draws(2))
    }

    @Test func temperatureZeroTakesTheFirstOfTheBest() {
        var sampler = sampler { $0.temperature = 0 }
        #expect((0..<10).allSatisfy { _ in sampler.next(logits, after: []) == 2 })
        var penalized = self.sampler {
            $0.temperature = 0
            $0.presencePenalty = 1
        }
        #expect(penalized.next(logits, after: [2]) == 3)
    }
}
