import Foundation
import Tensors
import TestKit
import Testing

@testable import Decoding

/// A made-up language: the logits depend on the whole text so far.
private struct ToyModel {
    let vocabulary: Int
    let seed: UInt64

    func logits(after tokens: [Int]) -> [Float] {
        var random = RandomSource(seed: tokens.reduce(seed) { $0 &* 31 &+ UInt64($1 + 1) })
        return (0..<vocabulary).map { _ in 3 * random.normal() }
    }

    /// Keeps the text of each place as a decoder keeps its past, and notices where a past is read after it was lost.
    final class Places {
        private let model: ToyModel
        private var texts: [[Int]] = [[]]
        private(set) var steps = 0

        init(_ model: ToyModel) { self.model = model }

        func extend(parents: [Int], by tokens: [Int]) -> [[Float]] {
            steps += 1
            for (place, parent) in parents.enumerated() {
                while texts.count <= place { texts.append([]) }
                texts[place] = texts[parent]
            }
            return tokens.indices.map { place in
                texts[place].append(tokens[place])
                return model.logits(after: texts[place])
            }
        }
    }
}

struct BeamSearchTests {
    private let end = 0

    /// The published algorithm in its most obvious form: whole texts in, no places, everything sorted.
    private func reference(
        _ model: ToyModel, beam: Int, patience: Float, penalty: Float?, limit: Int
    ) -> Hypothesis {
        func logProbabilities(_ tokens: [Int]) -> [Double] {
            let logits = model.logits(after: tokens).map(Double.init)
            let total = log(logits.map { exp($0) }.reduce(0, +))
            return logits.map { $0 - total }
        }
        var live: [(tokens: [Int], score: Double)] = [([], 0)]
        var finished: [(tokens: [Int], score: Double)] = []
        while finished.count < Int((patience * Float(beam)).rounded()), live[0].tokens.count < limit {
            var all = live.flatMap { text in
                logProbabilities(text.tokens).enumerated().map { (text.tokens + [$0], text.score + $1) }
            }
            all.sort { $0.1 > $1.1 }
            live = []
            for (tokens, score) in all where live.count < beam {
                if tokens.last == end {
                    finished.append((tokens.dropLast(), score))
                } else {
                    live.append((tokens, score))
                }
            }
        }
        let complete = finished.map {
            Hypothesis(tokens: Array($0.tokens), logProbability: Float($0.score), isComplete: true)
        }
        let open = live.prefix(max(0, beam - complete.count)).map {
            Hypothesis(tokens: $0.tokens, logProbability: Float($0.score))
        }
        return (complete + open).best(lengthPenalty: penalty) ?? Hypothesis()
    }

    @Test(arguments: [1, 2, 3, 5], [Float(1), 2])
    func agreesWithTheObviousForm(beam: Int, patience: Float) {
        for seed in 0..<20 {
            let model = ToyModel(vocabulary: 7, seed: UInt64(seed))
            for penalty in [nil, Float(0.6)] {
                let places = ToyModel.Places(model)
                let found = BeamSearch(
                    rules: [], endToken: end, maximumCount: 12, beamSize: beam, patience: patience,
                    lengthPenalty: penalty
                ).run(startingWith: model.logits(after: []), step: places.extend)
                let expected = reference(model, beam: beam, patience: patience, penalty: penalty, limit: 12)
                #expect(found.tokens == expected.tokens)
                #expect(found.isComplete == expected.isComplete)
                #expect(abs(found.logProbability - expected.logProbability) < 1e-4)
            }
        }
    }

    @Test func oneBeamIsGreedy() {
        for seed in 0..<20 {
            let model = ToyModel(vocabulary: 9, seed: UInt64(seed))
            let beam = BeamSearch(rules: [], endToken: end, maximumCount: 15, beamSize: 1)
                .run(startingWith: model.logits(after: []), step: ToyModel.Places(model).extend)
            let places = ToyModel.Places(model)
            let greedy = GreedySearch(rules: [], endToken: end, maximumCount: 15)
                .run(startingWith: model.logits(after: [])) { places.extend(parents: [0], by: [$0])[0] }
            #expect(beam.tokens == greedy.tokens)
        }
    }

    @Test func nothingThatIsForbiddenIsFound() {
        let model = ToyModel(vocabulary: 5, seed: 3)
        let found = BeamSearch(
            rules: [TokenSuppression([1, 2]), InitialTokenSuppression([0])], endToken: end, maximumCount: 6, beamSize: 3
        ).run(startingWith: model.logits(after: []), step: ToyModel.Places(model).extend)
        #expect(!found.tokens.isEmpty)
        #expect(Set(found.tokens).isSubset(of: [3, 4]))
    }

    @Test func pastsAreNeverOverwrittenBeforeTheyAreRead() {
        var random = RandomSource(seed: 4)
        for _ in 0..<500 {
            let old = 1 + Int(random.next() % 6)
            let parents = (0..<Int(random.next() % 7)).map { _ in Int(random.next() % UInt64(old)) }
            let order = HypothesisPlaces.order(parents: parents)
            #expect(order.sorted() == Array(parents.indices))
            let taken = order.map { parents[$0] }
            for parent in Set(taken) where parent < taken.count { #expect(taken[parent] == parent) }
        }
    }

    @Test func theLargestLogitsComeInOrder() {
        #expect(LogProbabilities.largest(3, [1, 5, 5, 2, -.infinity]) == [1, 2, 3])
        #expect(LogProbabilities.largest(4, [-.infinity, 2]) == [1])
        #expect(LogProbabilities.largest(2, []) == [])
    }
}

struct SamplingSearchTests {
    @Test func tokensComeAsOftenAsTheyAreProbable() {
        let logits: [Float] = [0, 1, 2, -.infinity]
        for temperature in [Float(0.5), 1, 2] {
            var random = RandomSource(seed: 7)
            var counts = [0, 0, 0, 0]
            for _ in 0..<20_000 {
                counts[LogProbabilities.draw(logits, temperature: temperature, using: &random)] += 1
            }
            let weights = logits.map { exp(Double($0 / temperature)) }
            for (count, weight) in zip(counts, weights) {
                #expect(abs(Double(count) / 20_000 - weight / weights.reduce(0, +)) < 0.012)
            }
        }
    }

    @Test func theMostProbableSampleIsKept() {
        let model = ToyModel(vocabulary: 6, seed: 11)
        func sample(_ count: Int, seed: UInt64) -> Hypothesis {
            SamplingSearch(rules: [], endToken: 0, maximumCount: 10, temperature: 1, sampleCount: count)
                .run(
                    startingWith: model.logits(after: []), random: RandomSource(seed: seed),
                    step: ToyModel.Places(model).extend)
        }
        // A sample is the same whoever is drawn beside it, so more samples are never worse.
        for seed in 0..<10 {
            let scores = [1, 2, 5].map { sample($0, seed: UInt64(seed)).score(lengthPenalty: nil) }
            #expect(scores == scores.sorted())
        }
        #expect(sample(5, seed: 1) == sample(5, seed: 1))
        #expect(Set((0..<10).map { sample(1, seed: $0).tokens }).count > 1)
    }

    @Test func textsThatEndLeaveTheirPlace() {
        for seed in 0..<20 {
            let model = ToyModel(vocabulary: 3, seed: UInt64(seed))
            let found = SamplingSearch(rules: [], endToken: 0, maximumCount: 20, temperature: 1.5, sampleCount: 4)
                .run(
                    startingWith: model.logits(after: []), random: RandomSource(seed: 1),
                    step: ToyModel.Places(model).extend)
            var probability: Float = 0
            for (index, token) in (found.tokens + (found.isComplete ? [0] : [])).enumerated() {
                let logits = model.logits(after: Array(found.tokens.prefix(index)))
                probability += logits[token] - LogProbabilities.logSumExp(logits, in: 0..<3)
            }
            #expect(abs(found.logProbability - probability) < 1e-4)
        }
    }
}
