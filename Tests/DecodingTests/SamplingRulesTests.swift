import Foundation
import Tensors
import TestKit
import Testing

@testable import Decoding

/// Sampling rules against `transformers` (`Tests/Reference/sampling_fixtures.py`) and against obvious twins.
struct SamplingRulesTests {
    private struct Fixture: Decodable {
        struct Case: Decodable {
            let settings: Settings
            let logits: [Float]
            let prompt: [Int]
            let generated: [Int]
            let expected: [Float?]
        }
        struct Settings: Decodable {
            let temperature: Float?
            let topK: Int?
            let topP: Float?
            let minP: Float?
            let typicalP: Float?
            let repetitionPenalty: Float?
            let logitBias: [String: Float]?

            var value: SamplingSettings {
                var settings = SamplingSettings()
                settings.temperature = temperature ?? 1
                settings.topK = topK
                settings.topP = topP ?? 1
                settings.minP = minP ?? 0
                settings.typicalP = typicalP ?? 1
                settings.repetitionPenalty = repetitionPenalty ?? 1
                for (token, bias) in logitBias ?? [:] { settings.logitBias[Int(token) ?? -1] = bias }
                return settings
            }
        }
        let cases: [Case]
    }

    @Test func theRulesTogetherAreThoseOfTransformers() throws {
        let file = Repository.file("Tests/Fixtures/decoding/sampling.json")
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
        #expect(fixture.cases.count == 51)
        for item in fixture.cases {
            var logits = item.logits
            for rule in item.settings.value.rules(prompt: item.prompt) {
                rule.apply(to: &logits, after: item.generated)
            }
            let largest = logits.max() ?? 0
            for (found, expected) in zip(logits, item.expected) {
                if let expected {
                    #expect(abs(found - largest - expected) < 1e-4, "\(item.settings)")
                } else {
                    #expect(found == -.infinity, "\(item.settings)")
                }
            }
        }
    }

    // MARK: Twins that sort

    private static func random(_ count: Int, _ random: inout RandomSource, spread: Float) -> [Float] {
        // Some are equal, some forbidden.
        (0..<count).map { _ in
            let value = (random.normal() * spread * 4).rounded() / 4
            return random.uniform() < 0.1 ? -.infinity : value
        }
    }

    /// The tokens that a list in order of preference gives until their probabilities reach `mass`.
    private static func kept(_ order: [Int], _ weights: [Double], mass: Double) -> Set<Int> {
        var (kept, sum) = (Set<Int>(), 0.0)
        for token in order where weights[token] > 0 || kept.isEmpty {
            guard sum < mass else { break }
            kept.insert(token)
            sum += weights[token]
        }
        return kept
    }

    private static func softmax(_ logits: [Float]) -> [Double] {
        let exponentials = logits.map { exp(Double($0)) }
        let total = exponentials.reduce(0, +)
        return exponentials.map { $0 / total }
    }

    @Test(arguments: [1, 2, 3, 17, 400, 5000])
    func selectionWithoutSortingIsSelectionWithIt(count: Int) {
        var random = RandomSource(seed: UInt64(count))
        for trial in 0..<40 {
            var logits = Self.random(count, &random, spread: [0, 0.5, 3][trial % 3])
            if logits.allSatisfy({ $0 == -.infinity }) { logits[0] = 1 }
            let probabilities = Self.softmax(logits)
            let order = logits.indices.filter { logits[$0] > -.infinity }
                .sorted { (-logits[$0], $0) < (-logits[$1], $1) }

            let limit = 1 + Int(random.uniform() * Float(count))
            #expect(Self.remaining(TopK(limit), logits) == Set(order.prefix(limit)))

            let mass = 0.05 + 0.9 * random.uniform()
            let nucleus = Self.remaining(TopP(mass), logits)
            // Rounding may move the border where the sum meets the mass exactly; never by more than one token.
            let expected = Self.kept(order, probabilities, mass: Double(mass))
            #expect(
                nucleus == expected
                    || abs(nucleus.count - expected.count) <= 1
                        && Self.isBorder(
                            nucleus.symmetricDifference(expected), order, probabilities, Double(mass))
            )

            let share = random.uniform()
            let best = probabilities.max() ?? 0
            let near = Set(order.filter { probabilities[$0] >= Double(share) * best * (1 - 1e-6) })
            #expect(Self.remaining(MinP(share), logits).isSubset(of: near))
            #expect(
                Self.remaining(MinP(share), logits)
                    .isSuperset(of: order.filter { probabilities[$0] >= Double(share) * best * (1 + 1e-6) }))
        }
    }

    /// Whether the sum up to the only differing token meets the mass within rounding.
    private static func isBorder(
        _ difference: Set<Int>, _ order: [Int], _ probabilities: [Double], _ mass: Double
    ) -> Bool {
        var sum = 0.0
        for token in order {
            if difference.contains(token) { return abs(sum - mass) < 1e-5 }
            sum += probabilities[token]
        }
        return difference.isEmpty
    }

    private static func remaining(_ rule: some LogitRule, _ logits: [Float]) -> Set<Int> {
        var logits = logits
        rule.apply(to: &logits, after: [])
        return Set(logits.indices.filter { logits[$0] > -.infinity })
    }

    @Test func everyOrderOfFewTokensIsDivided() {
        // All orders of six, and all that are equal in part: whatever the pivot is, the right ones come first.
        for code in 0..<6 * 6 * 6 * 6 * 6 * 6 {
            var (ranks, rest) = ([Float](), code)
            for _ in 0..<6 {
                ranks.append(Float(rest % 6))
                rest /= 6
            }
            let wanted = 1 + code % 6
            var candidates = (0..<6).map { Int32($0) }
            let selection = WeightedSelection(ranks: ranks, weights: [Double](repeating: 1, count: 6))
            let count = selection.select(&candidates, mass: Double(wanted))
            let order = (0..<6).sorted { (ranks[$0], $0) < (ranks[$1], $1) }
            guard Set(candidates[..<count].map(Int.init)) == Set(order[..<wanted]) else {
                Issue.record("\(ranks): \(candidates[..<count]) for the first \(wanted)")
                return
            }
        }
    }

    // MARK: Penalties and bias

    @Test func penaltiesCountWhatWasGenerated() {
        var logits: [Float] = [1, 2, -3, 4]
        OccurrencePenalty(presence: 0.5, frequency: 0.25).apply(to: &logits, after: [1, 1, 2, 99])
        #expect(logits == [1, 2 - 0.5 - 0.5, -3 - 0.5 - 0.25, 4])
        var repeated: [Float] = [1, 2, -3, 4]
        RepetitionPenalty(2, prompt: [0, 7, -1]).apply(to: &repeated, after: [2, 2])
        #expect(repeated == [0.5, 2, -6, 4])
        var biased: [Float] = [1, 2, 3]
        LogitBias([0: 5, 2: -.infinity, 50: 1, -4: 1]).apply(to: &biased, after: [])
        #expect(biased == [6, 2, -.infinity])
    }

    @Test func atTemperatureZeroNothingThatOnlyNarrowsIsApplied() {
        var settings = SamplingSettings()
        settings.temperature = 0
        settings.topK = 3
        settings.topP = 0.5
        settings.minP = 0.1
        settings.typicalP = 0.5
        #expect(settings.rules(prompt: []).isEmpty)
        settings.presencePenalty = 1
        #expect(settings.rules(prompt: []).count == 1)
    }

    @Test func tinyTemperaturesDoNotOverflow() {
        var logits: [Float] = [100, 99, -.infinity]
        Temperature(1e-30).apply(to: &logits, after: [])
        #expect(logits[0] == 0 && logits[1] < -1e29 && logits[2] == -.infinity)
        #expect(LogProbabilities.probabilities(logits) == [1, 0, 0])
    }

    private static func settings(_ change: (inout SamplingSettings) -> Void) -> SamplingSettings {
        var settings = SamplingSettings()
        change(&settings)
        return settings
    }

    @Test(arguments: [
        ("temperature", settings { $0.temperature = -1 }), ("temperature", settings { $0.temperature = .nan }),
        ("top-k", settings { $0.topK = 0 }), ("top-p", settings { $0.topP = 0 }),
        ("top-p", settings { $0.topP = 1.5 }), ("min-p", settings { $0.minP = -0.1 }),
        ("typical-p", settings { $0.typicalP = 0 }), ("repetition-penalty", settings { $0.repetitionPenalty = 0 }),
        ("presence-penalty", settings { $0.presencePenalty = .infinity }),
        ("frequency-penalty", settings { $0.frequencyPenalty = .nan }),
        ("logit-bias of token 3", settings { $0.logitBias = [3: .nan] }),
    ])
    func numbersOutOfRangeAreNamed(name: String, settings: SamplingSettings) throws {
        try SamplingSettings().validate()
        let error = #expect(throws: SamplingSettingsError.self) { try settings.validate() }
        #expect(error?.name == name)
    }
}
