import Autograd
import Checkpoints
import Foundation
import Parameters
import Tensors
import TestKit
import Testing

@testable import TextModels

/// Every architecture against `transformers`.
struct LanguageModelParityTests {
    @Test(arguments: LanguageModelFixture.names)
    func logitsAreThoseOfTransformers(name: String) throws {
        try LanguageModelFixture(name).expectLogits()
    }

    @Test(arguments: LanguageModelFixture.names)
    func lossAndGradientsAreThoseOfPyTorch(name: String) throws {
        try LanguageModelFixture(name).expectLossAndGradients()
    }

    /// In pieces and token by token over the cache, beyond the window of those that have one.
    @Test(arguments: LanguageModelFixture.names)
    func decodingOverTheCacheIsTheSame(name: String) throws {
        let fixture = try LanguageModelFixture(name)
        let expected = try fixture.tensor("logits")
        let inputs = try fixture.tokens().inputs
        let time = inputs.shape[1]
        let tokens = Array(inputs.integers().prefix(time))
        let first = Array(expected.floats().prefix(expected.elementCount / inputs.shape[0]))
        for pieces in [[time], Array(repeating: 1, count: time), [5, 1, 1, time - 7]] {
            let past = fixture.model.makePast(positions: time)
            var (found, start) = ([Float](), 0)
            for piece in pieces {
                found += fixture.logits(Array(tokens[start..<start + piece]), extending: past).flatMap { $0 }
                start += piece
            }
            #expect(largestRelativeDifference(found, first) < 1e-5)
        }
    }

    /// Texts of different lengths side by side.
    @Test(arguments: LanguageModelFixture.names)
    func textsOfDifferentLengthsGoSideBySide(name: String) throws {
        let fixture = try LanguageModelFixture(name)
        let tokens = Array(try fixture.tokens().inputs.integers().prefix(12))
        let lengths = [3, 11, 7]
        let past = fixture.model.makePast(sequences: 3, positions: 12)
        for (index, length) in lengths.enumerated().reversed() {
            past.cache.truncate(sequence: 0, to: 0)
            _ = fixture.logits(Array(tokens[..<length]), extending: past)
            past.cache.fork(0, to: index)
        }
        let next = Tensor(lengths.map { tokens[$0] }, shape: [3, 1])
        let together = fixture.model.logits(fixture.model(next, extending: past)).floats()
        let count = together.count / 3
        for (index, length) in lengths.enumerated() {
            let alone = fixture.logits(Array(tokens[...length]), extending: fixture.model.makePast(positions: 12))
            #expect(
                largestRelativeDifference(Array(together[index * count..<(index + 1) * count]), alone[length]) < 1e-5)
        }
    }

    @Test(arguments: LanguageModelFixture.names)
    func greedyIdsAreThoseOfTransformers(name: String) throws {
        let fixture = try LanguageModelFixture(name)
        let expected = try fixture.tensor("greedy").integers()
        let prompt = Array(try fixture.tensor("tokens").integers().prefix(9))
        let past = fixture.model.makePast(positions: prompt.count + expected.count)
        var next = prompt
        var found: [Int32] = []
        while found.count < expected.count {
            let logits = try #require(fixture.logits(next, extending: past).last)
            let best = Int32(try #require(logits.indices.max { logits[$0] < logits[$1] }))
            found.append(best)
            next = [best]
        }
        #expect(found == expected)
    }

    @Test(arguments: LanguageModelFixture.names)
    func dropoutDropsInTrainingOnly(name: String) throws {
        try LanguageModelFixture(name).expectDropoutInTrainingOnly()
    }
}
