import Testing

@testable import Decoding

struct GreedySearchTests {
    private func search(_ rules: [any LogitRule] = [], limit: Int = 10) -> GreedySearch {
        GreedySearch(rules: rules, endToken: 0, maximumCount: limit)
    }

    @Test func followsTheLargestLogitsUntilTheEnd() {
        let script: [[Float]] = [[0, 0, 5], [0, 3, 0], [9, 0, 0]]
        var index = 0
        let result = search().run(startingWith: script[0]) { _ in
            index += 1
            return script[index]
        }
        #expect(result.tokens == [2, 1])
        #expect(result.isComplete)
        // Three tokens, each with the probability e^x / (e^x + 2).
        let expected: Float = -0.013_385_9 - 0.095_022_8 - 0.000_246_8
        #expect(abs(result.logProbability - expected) < 1e-4)
        #expect(abs(result.averageLogProbability - expected / 3) < 1e-4)
    }

    @Test func stopsAtTheLimit() {
        let result = search(limit: 4).run(startingWith: [0, 1]) { _ in [0, 1] }
        #expect(result.tokens == [1, 1, 1, 1])
        #expect(!result.isComplete)
    }

    @Test func rulesForbidTokens() {
        let rules: [any LogitRule] = [TokenSuppression([3, 99]), InitialTokenSuppression([0, 2])]
        var step = 0
        let result = search(rules).run(startingWith: [9, 1, 5, 7]) { _ in
            step += 1
            return [9, 1, 5, 7]
        }
        #expect(result.tokens == [1])
        #expect(step == 1)
    }

    @Test func logSumExpIsStable() {
        #expect(abs(LogProbabilities.logSumExp([1000, 1000], in: 0..<2) - 1000.693_15) < 1e-3)
        #expect(LogProbabilities.logSumExp([-.infinity, -.infinity], in: 0..<2) == -.infinity)
        #expect(LogProbabilities.logSumExp([1, 2, 3], in: 3..<3) == -.infinity)
    }

    @Test func theFirstOfEqualLogitsWins() {
        #expect(LogProbabilities.argumentOfMaximum([1, 3, 3, 2]) == 1)
        #expect(LogProbabilities.argumentOfMaximum([-.infinity]) == 0)
    }
}
